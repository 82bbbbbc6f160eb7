import type { DatabaseServers } from '../types.ts'

/** Clusters without servers: everything succeeds at once, for tests of all that only needs the API. */
export function noDatabases(): DatabaseServers {
  const nothing = async () => {}
  return {
    place: async () => ({
      host: 'db.sandbox.localhost',
      privateHost: 'private-db.sandbox.internal',
      port: 25060,
      poolPort: 25061,
    }),
    placed: () => undefined,
    create: nothing,
    start: nothing,
    ca: async () => '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n',
    createUser: nothing,
    setPassword: nothing,
    dropUser: nothing,
    createDatabase: nothing,
    dropDatabase: nothing,
    setPools: nothing,
    expect: nothing,
    onEnd: () => {},
    destroy: nothing,
    close: nothing,
  }
}
