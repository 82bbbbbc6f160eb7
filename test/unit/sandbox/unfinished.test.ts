import { unfinished } from '../../../sandbox/toolchain/standins/bridge/plan.ts'
import type { Properties } from '../../../sandbox/toolchain/standins/bridge/schema.ts'
import { UNKNOWN } from '../../../sandbox/toolchain/standins/server/values.ts'

test('what is kept of a plan has no unknown in it, however deep', () => {
  const properties = {
    id: { type: 'string' },
    ports: { type: 'set' },
    jwt: { type: 'map' },
  } as unknown as Properties
  const jwt = { alg: 'RS256', lifetimeInSeconds: UNKNOWN, scopes: ['a', UNKNOWN] }
  expect(unfinished(properties, { id: UNKNOWN, ports: UNKNOWN, jwt })).toEqual({
    id: null,
    ports: [],
    jwt: { alg: 'RS256', lifetimeInSeconds: null, scopes: ['a', null] },
  })
})
