import { described } from '../../../ops/releases/image.ts'
import type { Listed } from '../../../ops/releases/listing.ts'
import { table } from '../../../ops/releases/table.ts'

const now = new Date('2026-11-28T12:00:00Z')
const DIGEST = `sha256:${'b'.repeat(64)}`
const live = {
  release: '3f2a9c01d2e4',
  image: 'localhost/app:1',
  made: {
    built: '2026-11-27T11:00:00Z',
    base: {
      name: 'docker.io/library/python:3.13-slim',
      digest: DIGEST,
      created: '2026-10-20T00:00:00Z',
    },
  },
  refreshed: '2026-11-27',
}
const { made } = live

test('the image, its base with digest and age, and the last refresh', () => {
  expect(described(live, now)).toEqual([
    'image of release 3f2a9c01d2e4',
    '  image        localhost/app:1, built 2026-11-27 (1 day ago)',
    `  base         docker.io/library/python:3.13-slim@${DIGEST}, made 2026-10-20 (39 days ago)`,
    '  refreshed    2026-11-27',
    '',
  ])
})

test.each<[string, object | null, string]>([
  ['a base by digest', { ...made.base, name: `python@${DIGEST}` }, `python@${DIGEST}, made`],
  ['a base without a name', { ...made.base, name: null }, `${DIGEST}, made 2026-10-20`],
  ['a base whose age nobody knows', { ...made.base, created: null }, 'of unknown age'],
  ['none', null, 'the image names none'],
])('%s', (_, base, words) => {
  const lines = described({ ...live, made: { ...made, base: base as typeof made.base } }, now)
  expect(lines[2]).toContain(words)
})

test('how many replicas run, where there are to be more than one', () => {
  const replicas = { wanted: 3, running: 2 }
  expect(described({ ...live, replicas }, now)).toContain('  replicas     2 of 3 run')
  const listed: Listed = {
    ...{ release: live.release, when: null, commit: 'c0ffee', by: 'Ada', state: 'live' },
    ...{ rolledBack: null, replicas },
  }
  expect(table([listed])).toContain('live, 2 of 3 replicas run')
})

test('a host without a release says nothing', () => {
  expect(described({ release: null, image: null, made: null, refreshed: null }, now)).toEqual([])
})
