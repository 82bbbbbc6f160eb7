import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) => parse({ ...defaults, ...good, ...raw }, context())

test('without the key there is none, and the app may bring the address of its own', () => {
  for (const raw of [{}, { database: 'none', volume: 10 }]) {
    const url = 'postgresql://db.example.com/app'
    const { database, release } = read({ ...raw, appEnv: { DATABASE_URL: url } })
    expect([database, release.env.DATABASE_URL]).toEqual([undefined, url])
  }
})

test('one on the host, where there is a volume', () => {
  expect(read({ database: 'local', volume: 1 }).database).toEqual({ kind: 'local' })
})
