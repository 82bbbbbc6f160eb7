import { log } from '@pulumi/pulumi'
import { checkWeek, moment, weekOf } from '../../../components/acme/week.ts'
import type { Former } from '../../../components/state.ts'
import type { Settings } from '../../../config/settings.ts'

const NOW = Date.parse('2026-11-28T20:00:00Z')
const daysAgo = (days: number) => new Date(NOW - days * 24 * 3600 * 1000).toISOString()

function settings(names: string[], more: Partial<Settings> = {}): Settings {
  const aliases = names.map((recordName) => ({
    ...{ recordName, hostname: `${recordName}.example.com`, serves: true },
    url: `https://${recordName}.example.com`,
  }))
  return {
    site: {
      zone: 'example.com',
      recordName: 'app',
      hostname: 'app.example.com',
      aliases: aliases.length > 0 ? aliases : undefined,
    },
    certificates: { acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory' },
    ...more,
  } as Settings
}

const record = (name: string): Former => ({
  ...{ urn: name, type: 'digitalocean:index/dnsRecord:DnsRecord', outputs: { name } },
})
const kept = (hostname: string): Former => ({
  urn: `urn:pulumi:dev::padlock::padlock:index:Deployment$padlock:index:ExternalRecords$command:local:Command::padlock-dev-${hostname}-records`,
  ...{ type: 'command:local:Command', outputs: { triggers: [hostname] } },
})
const remembered = (ordered: Record<string, string>): Former => ({
  ...{ urn: 'acme', type: 'padlock:index:AcmeChecklist', outputs: { ordered } },
})
const many = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`)
const info = jest.spyOn(log, 'info').mockResolvedValue()
beforeEach(() => info.mockClear())

test('a stack without further names keeps nothing in its state', () => {
  expect(weekOf(settings([]), [], NOW)).toEqual({ ordered: {}, fresh: [] })
})

test('names with a record have their certificate, the others are new', () => {
  expect(weekOf(settings(['www', 'shop']), [record('app'), record('www')], NOW)).toEqual({
    ordered: { 'shop.example.com': daysAgo(0) },
    fresh: ['shop.example.com'],
  })
})

test('names whose records somebody else keeps are no news either, an old site’s own among them', () => {
  const state = [kept('app.example.com'), kept('www.example.com')]
  expect(weekOf(settings(['www']), state, NOW)).toEqual({ ordered: {}, fresh: [] })
  expect(weekOf(settings(['www', 'shop']), state, NOW).fresh).toEqual(['shop.example.com'])
  const old = { ...kept(''), urn: kept('').urn.replace('--records', '-records') }
  const before = [{ ...old, outputs: { triggers: ['app.example.com'] } }]
  expect(weekOf(settings(['www']), before, NOW).fresh).toEqual(['www.example.com'])
})

test('a name counts for seven days, taken away or not', () => {
  const ordered = {
    'www.example.com': daysAgo(2),
    'gone.example.com': daysAgo(6.9),
    'old.example.com': daysAgo(7),
  }
  const state = [record('app'), record('www'), remembered(ordered)]
  const { 'old.example.com': _, ...recent } = ordered
  expect(weekOf(settings(['www']), state, NOW)).toEqual({ ordered: recent, fresh: [] })
  expect(weekOf(settings([]), state, NOW)).toEqual({ ordered: recent, fresh: [] })
})

test('what counted when a plan was made counts when it is applied', () => {
  const state = [record('app'), record('www'), remembered({ 'www.example.com': daysAgo(6.9) })]
  const planned = moment({ PADLOCK_PLANNED_AT: daysAgo(0) })
  expect(weekOf(settings(['www']), state, planned)).toEqual(weekOf(settings(['www']), state, NOW))
  expect(weekOf(settings(['www']), state, NOW + 24 * 3600 * 1000).ordered).toEqual({})
  const before = Date.now()
  expect(moment({})).toBeGreaterThanOrEqual(before)
})

test('a plan’s moment that is still to come is none', () => {
  const planned = moment({ PADLOCK_PLANNED_AT: new Date(Date.now() + 3_600_000).toISOString() })
  expect(planned).toBeLessThanOrEqual(Date.now())
})

test('what a plan orders is ordered when it is applied', () => {
  const applied = Date.parse(daysAgo(-3))
  const state = [record('app'), remembered({ 'gone.example.com': daysAgo(6) })]
  expect(weekOf(settings(['www']), state, NOW, applied).ordered).toEqual({
    'gone.example.com': daysAgo(6),
    'www.example.com': daysAgo(-3),
  })
})

test('what is left of the week is told where something new is ordered', async () => {
  await checkWeek(settings(many(49)), [])
  expect(info).toHaveBeenCalledWith(
    expect.stringMatching(/^50 new names need a certificate each, beside 0 .*: 50 of the 50 that/),
  )
  info.mockClear()
  await checkWeek(settings(['www']), [record('app'), record('www')])
  expect(info).not.toHaveBeenCalled()
})

test('more than the week allows is refused before anything is made', async () => {
  await expect(checkWeek(settings(many(50)), [])).rejects.toThrow(
    'aliases: 51 new names need a certificate each, beside 0 of the last seven days, and Let’s Encrypt signs for 50 new names of a registered domain in a week. Allowed: at most 50 new names now.',
  )
  const recent = Object.fromEntries(many(45).map((name) => [name, new Date().toISOString()]))
  const state = [record('app'), remembered(recent)]
  await expect(checkWeek(settings(['a', 'b', 'c', 'd', 'e', 'f']), state)).rejects.toThrow(
    /6 new names need a certificate each, beside 45 .*Allowed: at most 5 new names now/,
  )
})

test.each<[string, Partial<Settings>]>([
  [
    'staging’s directory',
    { certificates: { acmeDirectory: 'https://acme-staging-v02.api.letsencrypt.org/directory' } },
  ],
  ['the stack’s own authority', { authority: { server: true, clients: [], clientAuth: 'off' } }],
])('%s has no such limit', async (_, more) => {
  await checkWeek(settings(many(60), more), [])
  expect(info).not.toHaveBeenCalled()
})
