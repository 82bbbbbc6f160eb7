import { sshFromAnywhere } from '../../../policy/rules/ssh-from-anywhere.ts'
import { judge } from './judge.ts'

const said = (config: Record<string, unknown>) => judge(sshFromAnywhere, { config })

test('it advises, whatever the pack does', () => {
  expect(sshFromAnywhere.enforcementLevel).toBe('advisory')
})

test('named networks pass, and so does what is thrown away some day', async () => {
  expect(await said({ sshFrom: ['203.0.113.0/24', '2001:db8::/32'] })).toEqual([])
  expect(await said({ sshFrom: ['0.0.0.0/0'], expires: '2030-01-01T00:00Z' })).toEqual([])
})

test.each([[['0.0.0.0/0', '::/0']], [['203.0.113.0/24', '::/0']]])(
  '%j is told',
  async (sshFrom) => {
    const open = sshFrom.filter((network) => network.endsWith('/0')).join(', ')
    expect(await said({ sshFrom })).toEqual([
      expect.stringContaining(`sshFrom lets the whole internet ask for ssh (${open}).`),
    ])
  },
)
