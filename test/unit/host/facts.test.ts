/** What of a stack's configuration reaches which package. */
import { type HostSoftware, hostBundle } from '../../../host/pack/index.ts'

const facts = {
  ports: { ssh: 22, http: 80, https: 443 },
  rebootTime: '03:30',
  repository: { key: 'https://apt.example.com/key', fingerprint: 'A'.repeat(40), sources: '' },
}

async function changedBy(more: Partial<HostSoftware>): Promise<string[]> {
  const [before, after] = [await hostBundle(facts), await hostBundle({ ...facts, ...more })]
  return Object.entries(after.packages)
    .filter(([name, { version }]) => version !== before.packages[name]?.version)
    .map(([name]) => name)
}

test('the time of a reboot is a file of padlock-host, and restarts nothing', async () => {
  expect(await changedBy({ rebootTime: '22:15' })).toEqual(['padlock-host'])
  const [one, other] = [
    await hostBundle(facts),
    await hostBundle({ ...facts, rebootTime: '22:15' }),
  ]
  expect(other.packages['padlock-host']?.units).toEqual(one.packages['padlock-host']?.units)
})

test('the ports are a file of padlock-base', async () => {
  expect(await changedBy({ ports: { ...facts.ports, http: 8080 } })).toEqual(['padlock-base'])
})

test('the login in front of an app is a package of its own, and changes no other', async () => {
  expect(await changedBy({ edge: true })).toEqual(['padlock-edge'])
  const { packages } = await hostBundle({ ...facts, edge: true })
  expect(Object.keys(packages['padlock-edge']?.units ?? {})).toEqual([
    'padlock-edge.socket',
    'padlock-edge.service',
  ])
})

test('what a stack does not use is no package of its host', async () => {
  expect(Object.keys((await hostBundle(facts)).packages)).not.toContain('padlock-tunnels')
  expect(await changedBy({ tunnels: true })).toEqual(['padlock-tunnels'])
})

test('so is what mounts a volume, by its name', async () => {
  expect(await changedBy({ volume: 'padlock-dev-1a2b3c4d' })).toEqual(['padlock-volume'])
  const [one, other] = await Promise.all(
    ['a', 'b'].map((volume) => hostBundle({ ...facts, volume })),
  )
  const units = (bundle?: typeof one) => bundle?.packages['padlock-volume']?.units ?? {}
  expect(Object.keys(units(one))).toEqual(['srv-volume.mount', 'padlock-volume.service'])
  expect(units(one)['srv-volume.mount']).toMatch(/^daemon-reload /)
  expect(units(one)['srv-volume.mount']).not.toBe(units(other)['srv-volume.mount'])
})
