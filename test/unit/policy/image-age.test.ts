import { imageAge } from '../../../policy/rules/image-age.ts'
import { judge, unknown } from './judge.ts'

const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
const DIGEST = `sha256:${'b'.repeat(64)}`
const base = (days: number | null, name: string | null = 'docker.io/library/python:3.13-slim') => ({
  name,
  digest: DIGEST,
  created: days === null ? null : ago(days),
})

/** What is said of a live image. */
const said = (
  origin: object | undefined,
  { refreshed, config }: { refreshed?: string; config?: Record<string, unknown> } = {},
) =>
  judge(imageAge, {
    config,
    resources: [
      { type: 'padlock:index:Live', props: { origin } },
      { type: 'padlock:index:Release', props: { refreshed } },
    ],
  })

test('it advises, whatever the pack does', () => {
  expect(imageAge.enforcementLevel).toBe('advisory')
})

test.each<[string, object | undefined, string | undefined]>([
  ['a host that does not tell', undefined, undefined],
  ['a young base', { built: ago(0), base: base(29) }, undefined],
  ['a young image without a known base', { built: ago(29), base: null }, undefined],
  ['an old base that a refresh found to be the newest', { built: ago(3), base: base(60) }, ago(3)],
])('%s passes', async (_, origin, refreshed) => {
  expect(await said(origin, { refreshed: refreshed?.slice(0, 10) })).toEqual([])
})

const REFRESH = 'PADLOCK_REFRESH=true pulumi up, or once a week refresh.yml (docs/workflows.md)'
test.each<[string, object, string]>([
  [
    'a base',
    { built: ago(1), base: base(31) },
    `The base of the app's image, docker.io/library/python:3.13-slim, was made 31 days ago, and no security update since is in it. Fix: ${REFRESH}`,
  ],
  [
    'a base without a name',
    { built: ago(1), base: base(31, null) },
    `The base of the app's image, ${DIGEST}, was made 31 days ago, and no security update since is in it. Fix: ${REFRESH}`,
  ],
  [
    'an image whose base nobody knows',
    { built: ago(40), base: null },
    `The app's image was made 40 days ago, and no security update since is in it. Fix: ${REFRESH}`,
  ],
  [
    'an image whose base has no time',
    { built: ago(40), base: base(null) },
    `The app's image was made 40 days ago, and no security update since is in it. Fix: ${REFRESH}`,
  ],
])('%s that is older than 30 days is told', async (_, origin, message) => {
  expect(await said(origin)).toEqual([`the stack: ${message}`])
})

test('a refresh long ago excuses nothing', async () => {
  const origin = { built: ago(1), base: base(80) }
  expect(await said(origin, { refreshed: ago(31).slice(0, 10) })).toHaveLength(1)
})

test('a base whose digest is fixed, and an image that is built elsewhere, have ways of their own', async () => {
  const fixed = { built: ago(1), base: base(31, `docker.io/library/python:3.13@${DIGEST}`) }
  expect(await said(fixed, { refreshed: ago(1).slice(0, 10) })).toEqual([
    expect.stringContaining(
      "Fix: name a newer digest of it in the Containerfile's FROM, or in appBaseImage",
    ),
  ])
  const config = { appImage: `ghcr.io/acme/shop@${DIGEST}` }
  expect(await said({ built: ago(40), base: null }, { config })).toEqual([
    expect.stringContaining('Fix: build the image on a newer base, and set appImage to its digest'),
  ])
})

test('a preview that knows of another release has no image to judge', async () => {
  const props = unknown({}, 'origin')
  expect(await judge(imageAge, { resources: [{ type: 'padlock:index:Live', props }] })).toEqual([])
})
