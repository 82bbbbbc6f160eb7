/** One verb of ./padlock sandbox: a file that exports these. */
interface Verb {
  /** What `--help` prints: usage on the first line, what it does, exit codes. */
  help: string
  /** @returns the exit code */
  run(args: string[]): Promise<number>
}

/** Every verb of the sandbox; loaded only when it is called. */
export const verbs: Record<string, { summary: string; load: () => Promise<Verb> }> = {
  up: {
    summary: 'bring the dev stack up on this computer, the sandbox with it',
    load: () => import('./up.ts'),
  },
  down: {
    summary: 'destroy it and prove that nothing is left',
    load: () => import('./down.ts'),
  },
  start: { summary: 'start the sandbox alone', load: () => import('./start.ts') },
  stop: { summary: 'stop it; droplets keep their disks', load: () => import('./stop.ts') },
  status: {
    summary: 'what runs, where, and how to open it',
    load: () => import('./status.ts'),
  },
  ssh: { summary: 'log in to any droplet', load: () => import('./ssh.ts') },
  'power-loss': {
    summary: 'take a droplet’s power away; its volumes keep what was flushed',
    load: () => import('./power-loss.ts'),
  },
  laptop: {
    summary: 'write the environment of the reference app in a container here',
    load: () => import('./laptop.ts'),
  },
  issuer: {
    summary: 'what a stack sets to log its users in at the sandbox’s OpenID Connect issuer',
    load: () => import('./issuer.ts'),
  },
  logs: { summary: 'what its parts and consoles say', load: () => import('./logs.ts') },
  bench: { summary: 'time the life of the dev stack', load: () => import('./bench.ts') },
}
