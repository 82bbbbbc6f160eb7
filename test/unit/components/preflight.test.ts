import * as pulumi from '@pulumi/pulumi'
import { type Options, preflight } from '../../../components/preflight.ts'
import type { Former } from '../../../components/state.ts'

// Of an account where nothing else is wrong.
jest.mock('../../../components/account/size.ts')
jest.mock('../../../components/account/image.ts')
jest.mock('../../../components/account/zone.ts')
jest.mock('../../../components/account/memory.ts')
jest.mock('../../../components/account/lost.ts')
jest.mock('../../../components/account/limits.ts')

const options = { name: 'padlock-Prod', owner: '1a2b3c4d', sshKey: 'state' } as Options
const deployment: Former = {
  urn: 'urn:pulumi:Prod::padlock::padlock:index:Deployment::padlock-Prod',
  ...{ type: 'padlock:index:Deployment', outputs: {} },
}
const asked = (tags: string[], state: Former[]) => {
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({ droplets: [{ id: 7, name: 'padlock-prod-1a2b3c4', tags }] }),
  })
  return preflight(options, state)
}

test('a droplet of a name with other capitals is in the way of a new stack', async () => {
  await expect(asked(['web', 'padlock-prod'], [])).rejects.toThrow(
    'the name padlock-Prod differs from padlock-prod in capitals alone, which the droplet padlock-prod-1a2b3c4 has',
  )
})

test.each<[string, string[], Former[]]>([
  ['of its own name', ['padlock-Prod'], []],
  ['of another name', ['padlock-prod2'], []],
  // Its tag was spelled by an earlier stack.
  ['of a stack that is there', ['padlock-prod'], [deployment]],
])('one %s is not', async (_name, tags, state) => {
  await expect(asked(tags, state)).resolves.toMatchObject({ connections: [] })
})
