import type { Verb } from './verb.ts'

/** Every verb of an operator; loaded only when it is called, so that a small one starts fast. */
export const verbs: { words: string; summary: string; load: () => Promise<Verb> }[] = [
  {
    words: 'status',
    summary: "a stack's outputs, the ends of its certificates, and the packages on its host",
    load: () => import('./status.ts'),
  },
  {
    words: 'ssh',
    summary: "log in to a stack's droplet",
    load: () => import('./ssh.ts'),
  },
  {
    words: 'releases',
    summary: "the releases on a stack's host",
    load: () => import('./releases.ts'),
  },
  {
    words: 'rollback',
    summary: 'put a release that is on the host in the place of the live one',
    load: () => import('./rollback.ts'),
  },
  {
    words: 'backup list',
    summary: "a stack's backups, and the moments that can be restored",
    load: () => import('./backup/list.ts'),
  },
  {
    words: 'backup now',
    summary: 'make one, as every night',
    load: () => import('./backup/now.ts'),
  },
  {
    words: 'backup check',
    summary: "ask a stack's bucket whether its backups are recent",
    load: () => import('./backup/check.ts'),
  },
  {
    words: 'backup state',
    summary: "put an export of a stack's state beside its backups",
    load: () => import('./backup/state.ts'),
  },
  {
    words: 'backup copy',
    summary: 'copy what is new in the backups to a second region',
    load: () => import('./backup/copy.ts'),
  },
  {
    words: 'backup rewind',
    summary: 'have the bucket of the backups as it was before an intruder',
    load: () => import('./backup/rewind.ts'),
  },
  {
    words: 'backup anonymise',
    summary: 'an anonymised snapshot of a database, for environments',
    load: () => import('./backup/anonymise.ts'),
  },
  {
    words: 'restore',
    summary: 'put a backup in the place of what a stack has',
    load: () => import('./restore.ts'),
  },
  {
    words: 'logs',
    summary: 'what app, proxy and provisioning say, in one stream',
    load: () => import('./logs.ts'),
  },
  {
    words: 'tunnel',
    summary: 'lead a name of the stack to a port of this computer',
    load: () => import('./tunnel.ts'),
  },
  {
    words: 'access open',
    summary: "let this computer in to a stack's ssh for a while",
    load: () => import('./access/open.ts'),
  },
  {
    words: 'access close',
    summary: 'and take that away again',
    load: () => import('./access/close.ts'),
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
    words: 'client-certificate',
    summary: "write a client's certificate and key for a browser",
    load: () => import('./client-certificate.ts'),
  },
  {
    words: 'invite',
    summary: 'make an account for a person, with a link to set its password',
    load: () => import('./invite.ts'),
  },
  {
    words: 'sign-up close',
    summary: "close a stack's Auth0 tenant to strangers",
    load: () => import('./sign-up.ts'),
  },
  {
    words: 'database move',
    summary: "take the app's rows to the other kind of database, and the app after them",
    load: () => import('./database/move.ts'),
  },
  {
    words: 'database upgrade',
    summary: 'raise the major version of the database',
    load: () => import('./database/upgrade.ts'),
  },
  {
    words: 'env up',
    summary: 'bring an ephemeral environment up, or its next release',
    load: () => import('./env/up.ts'),
  },
  {
    words: 'env down',
    summary: 'destroy one, and print the receipt',
    load: () => import('./env/down.ts'),
  },
  {
    words: 'env list',
    summary: 'all of them, the next to expire first',
    load: () => import('./env/list.ts'),
  },
  { words: 'env extend', summary: 'move its expiry', load: () => import('./env/extend.ts') },
  {
    words: 'env sweep',
    summary: 'destroy what is past its time to live, and orphans',
    load: () => import('./env/sweep.ts'),
  },
  {
    words: 'plan save',
    summary: 'preview a stack and keep the plan for review',
    load: () => import('./plan/save.ts'),
  },
  {
    words: 'plan apply',
    summary: 'do what a reviewed plan says, or reject it',
    load: () => import('./plan/apply.ts'),
  },
  {
    words: 'github stacks',
    summary: 'the stacks that a pull request may change',
    load: () => import('./github/stacks.ts'),
  },
  {
    words: 'github preview',
    summary: 'show previews on a pull request',
    load: () => import('./github/preview.ts'),
  },
  {
    words: 'github comment',
    summary: 'a comment that is made once and updated',
    load: () => import('./github/comment.ts'),
  },
  {
    words: 'github command',
    summary: 'answer a comment /preview',
    load: () => import('./github/command.ts'),
  },
  {
    words: 'github environment',
    summary: "bring a pull request's environment to where it belongs",
    load: () => import('./github/environment.ts'),
  },
  {
    words: 'github sweep',
    summary: 'env sweep, with what the pull requests say',
    load: () => import('./github/sweep.ts'),
  },
  {
    words: 'github refresh',
    summary: 'start a deployment that builds the image anew',
    load: () => import('./github/refresh.ts'),
  },
  {
    words: 'github drift',
    summary: 'keep one issue about the drift of a stack',
    load: () => import('./github/drift.ts'),
  },
  {
    words: 'github drill',
    summary: 'restore --drill, and one issue where it fails',
    load: () => import('./github/drill.ts'),
  },
]
