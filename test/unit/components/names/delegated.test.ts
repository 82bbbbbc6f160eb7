import { untilDelegated } from '../../../../components/acme/delegated.ts'
import type { Delegation } from '../../../../components/resolution/delegation.ts'

const servers = ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com']
const OURS = { servers, foreign: [] }
const PARKED = { servers: ['ns.parking.example'], foreign: ['ns.parking.example'] }
const NAMED = 'enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com'
const none = { servers: [], foreign: [] }

/** Answers one after another, the last one for ever. */
async function waiting(seconds: number, ...answers: (Delegation | Error)[]) {
  const lines: string[] = []
  let asked = 0
  const ask = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)] as Delegation | Error
    if (answer instanceof Error) throw answer
    return answer
  }
  const error = await untilDelegated('example.com', ask, seconds, (line) => lines.push(line)).then(
    () => undefined,
    (reason) => reason,
  )
  return { lines, error, asked }
}

test('a zone that is delegated is not waited for', async () => {
  expect(await waiting(900, OURS)).toEqual({ lines: [], error: undefined, asked: 1 })
})

test('goes on once it is, through a resolver that fails, and says what it waits for', async () => {
  const { lines, error, asked } = await waiting(60, PARKED, new Error('timeout'), OURS)
  expect({ error, asked }).toEqual({ error: undefined, asked: 3 })
  expect(lines).toEqual([
    `waiting until example.com is delegated to DigitalOcean: ${NAMED} at its registrar. Now it is served by ns.parking.example. Goes on for 1 min`,
  ])
})

test.each([
  [PARKED, 'it is served by ns.parking.example'],
  [none, 'no name server is known for it'],
  [
    { servers: [...servers, 'ns.parking.example'], foreign: ['ns.parking.example'] },
    'it is served by ns1',
  ],
])('ends at its limit: %j', async (delegation, found) => {
  const { error } = await waiting(0, delegation)
  expect(error.message).toContain(
    `example.com is not delegated to DigitalOcean after 0 min: ${found}`,
  )
  expect(error.hints[0]).toContain(NAMED)
  expect(error.hints[1]).toContain('the next pulumi up goes on from here')
})
