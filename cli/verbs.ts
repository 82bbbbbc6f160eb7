import type { Verb } from './verb.ts'

/** Every verb; loaded only when it is called, so that a small one starts fast. */
export const verbs: { words: string; summary: string; load: () => Promise<Verb> }[] = [
  {
    words: 'up',
    summary: 'bring the dev stack up on this computer',
    load: () => import('./up.ts'),
  },
  {
    words: 'down',
    summary: 'destroy it and prove that nothing is left',
    load: () => import('./down.ts'),
  },
  {
    words: 'status',
    summary: 'what runs, where, and how to open it',
    load: () => import('./status.ts'),
  },
  {
    words: 'preview',
    summary: 'what an update would do, cost, open and close',
    load: () => import('./preview.ts'),
  },
  {
    words: 'probe',
    summary: 'ask a site what a visitor would see',
    load: () => import('./probe.ts'),
  },
  {
    words: 'sandbox up',
    summary: 'start the sandbox alone',
    load: () => import('./sandbox/up.ts'),
  },
  {
    words: 'sandbox down',
    summary: 'stop it; droplets keep their disks',
    load: () => import('./sandbox/down.ts'),
  },
  {
    words: 'sandbox status',
    summary: 'its parts, droplets and accounts',
    load: () => import('./sandbox/status.ts'),
  },
  {
    words: 'sandbox logs',
    summary: 'what its parts and consoles say',
    load: () => import('./sandbox/logs.ts'),
  },
  { words: 'sandbox ssh', summary: 'log in to a droplet', load: () => import('./sandbox/ssh.ts') },
]
