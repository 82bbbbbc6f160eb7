import { parse } from '../../../config/parse.ts'
import { volumeName } from '../../../config/volume/index.ts'
import { context, defaults, good } from './context.ts'

const read = (raw: Record<string, unknown>) => parse({ ...defaults, ...good, ...raw }, context())

test('without the key there is nothing', () => {
  for (const raw of [{}, { volume: 0 }]) {
    const { volume, release } = read(raw)
    expect([volume, 'volumes' in release]).toEqual([undefined, false])
  }
})

test('a volume is where the droplet is, with directories sorted by path', () => {
  const raw = { volume: 16_384, appVolumes: { '/srv/uploads': 'uploads', '/data': 'data' } }
  const { volume, release } = read(raw)
  expect(volume).toEqual({ size: 16_384, region: 'fra1', protect: true, keep: true })
  expect(Object.entries(release.volumes ?? {})).toEqual([
    ['/data', 'data'],
    ['/srv/uploads', 'uploads'],
  ])
})

test('directories may lie beside what the container needs', () => {
  const paths = ['/var/lib/app', '/var/runner', '/usr/share/app', '/usr/src/app/data', '/library']
  const appVolumes = Object.fromEntries(paths.map((path, n) => [path, `d${n}`]))
  const { release } = read({ volume: 10, appVolumes })
  expect(Object.keys(release.volumes ?? {}).sort()).toEqual(paths.sort())
})

test.each([
  [{}, true],
  [{ environment: 'Production', expires: '2031-01-01T00:00Z' }, true],
  [{ expires: '2031-01-01T00:00Z' }, false],
  // That lifts the engine's protection, and names no loss.
  [{ environment: 'Production', protect: 'false' }, true],
  [{ protect: 'false', expires: '2031-01-01T00:00Z' }, false],
  [{ allowDelete: ['volume'] }, false],
  [{ protect: 'false', allowDelete: ['volume'] }, false],
  [{ protect: 'false', allowDelete: ['backups', 'database'] }, true],
])('a volume with %j stays when the stack goes: %p', (keys, expected) => {
  expect(read({ volume: 10, ...keys }).volume?.keep).toBe(expected)
})

test.each([
  [{}, true],
  [{ environment: 'Production', expires: '2031-01-01T00:00Z' }, true],
  [{ expires: '2031-01-01T00:00Z' }, false],
  [{ protect: 'false' }, false],
  [{ environment: 'Production', protect: 'false' }, false],
  [{ allowDelete: ['volume'] }, false],
  [{ allowDelete: ['droplet'] }, true],
])('a volume with %j is protected: %p', (keys, expected) => {
  const { volume, lifecycle } = read({ volume: 10, ...keys })
  expect(volume?.protect).toBe(expected)
  if (!('environment' in keys)) expect(lifecycle.guard).toBe(expected)
})

describe('the name of a volume', () => {
  test.each([
    ['padlock-prod', '1a2b3c4d', 'padlock-prod-1a2b3c4d'],
    ['padlock-PR-12', '1a2b3c4d', 'padlock-pr-12-1a2b3c4d'],
    ['4shop-prod', 'acme', 'v4shop-prod-acme'],
  ])('of %s of %s is %s', (deployment, owner, name) => {
    expect(volumeName(deployment, owner)).toBe(name)
  })

  test('of long ones that begin alike differs, and is as long as the API takes', () => {
    const names = ['a', 'b'].map((end) =>
      volumeName(`${'x'.repeat(62)}${end}`, 'acmeshopacmeshop1234'),
    )
    expect(new Set(names).size).toBe(2)
    expect(names.map((name) => name.length)).toEqual([64, 64])
  })
})
