/** Of app.ts. */
export type Kind = 'good' | 'broken' | 'abrupt'

/** What the release program is told of a release of app.ts (padlock_release/manifest.py). */
export function manifest(release: { id: string; kind: Kind; host?: string; replicas?: number }) {
  const { id, kind, host = 'app.example.test', replicas = 1 } = release
  return {
    id,
    source: { image: `registry.example.test/app@sha256:${'a'.repeat(64)}` },
    env: { KIND: kind },
    secrets: {},
    host,
    port: 0,
    memoryMiB: 256,
    pids: 128,
    readyPath: '/up',
    readySeconds: kind === 'broken' ? 3 : 30,
    drainSeconds: 30,
    replicas,
  }
}
