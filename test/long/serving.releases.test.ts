import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { loopback } from '../bench/release/loopback.ts'
import { measureReleases } from '../bench/release/measure.ts'
import { sums, table } from '../bench/release/table.ts'

jest.setTimeout(600_000)

test('20 releases in a row and a broken one lose none of 50,000 requests', async () => {
  await ensurePrerequisites(['wrk', 'h2load'], console.log)
  const target = await loopback()
  try {
    const result = await measureReleases(target, { releases: 20, requests: 50_000, interval: 8 })
    console.log(table(result))
    const { requests, lost } = sums(result.measured)
    expect({ lost, by: result.measured.map((each) => each.lost) }).toEqual({
      lost: 0,
      by: result.measured.map(() => ({})),
    })
    expect(requests).toBeGreaterThanOrEqual(50_000)
    expect(result.swaps).toHaveLength(20)
    expect(result.broken).toBe(true)
  } finally {
    await target.close()
  }
})
