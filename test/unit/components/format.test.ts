import * as pulumi from '@pulumi/pulumi'
import { checkFormat, FORMAT } from '../../../components/format.ts'
import type { Former } from '../../../components/state.ts'

const made = (name: string, format = FORMAT): Former => ({
  urn: `urn:pulumi:prod::shop::padlock:index:Deployment::${name}`,
  type: 'padlock:index:Deployment',
  outputs: { format },
})
const below: Former = {
  urn: 'urn:pulumi:prod::shop::padlock:index:Deployment$padlock:index:Live::shop-live',
  ...{ type: 'padlock:index:Live', outputs: {} },
}
beforeEach(() => {
  jest.spyOn(pulumi, 'getProject').mockReturnValue('shop')
  jest.spyOn(pulumi, 'getStack').mockReturnValue('prod')
})
afterEach(() => jest.restoreAllMocks())

test.each<[string, Former[]]>([
  ['none yet', []],
  ['of version 0.1, without one', [below]],
  ['the same', [made('shop-prod'), below]],
  ['of version 0.1', [made('shop-prod', 0)]],
  ['the same beside another', [made('shop-live'), made('shop-prod')]],
])('goes on: %s', (_name, state) => {
  expect(() => checkFormat(state, 'shop-prod')).not.toThrow()
})

test.each([
  ['a stack that was renamed', 'shop-live', 'Fix: pulumi stack rename live --stack prod;'],
  ['a project that was renamed', 'padlock-prod', 'Fix: name: padlock in Pulumi.yaml'],
  ['both', 'padlock-live', 'which make padlock-live together'],
])('is refused: %s', (_name, former, fix) => {
  const checked = () => checkFormat([made(former), below], 'shop-prod')
  expect(checked).toThrow(pulumi.RunError)
  expect(checked).toThrow(`was made as ${former}, and it is called shop-prod now`)
  expect(checked).toThrow(fix)
  expect(checked).toThrow('Nothing was created or changed.')
})

test('of a newer program is told first, whatever it is called', () => {
  expect(() => checkFormat([made('shop-live', FORMAT + 1)], 'shop-prod')).toThrow(
    `the state of the stack prod was made by a newer padlock (format ${FORMAT + 1}`,
  )
})
