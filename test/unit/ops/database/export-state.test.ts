import { tryExportState } from '../../../../ops/cli/database/export-state.ts'

const asked: string[] = []
const put = async (stack: string) => {
  asked.push(stack)
  return { settings: true }
}
beforeEach(() => asked.splice(0))

test('the state is put beside the backups, where there are any', async () => {
  expect(await tryExportState('dev', async () => ({ backups: 'fra1/shop' }), put)).toBeUndefined()
  expect(await tryExportState('bare', async () => ({}), put)).toBeUndefined()
  expect(asked).toEqual(['dev'])
})

test('what keeps it from there is told with the way, and fails nothing', async () => {
  const fails = async () => {
    throw new Error('the state of dev is not everywhere it should be:\nbucket away')
  }
  expect(await tryExportState('dev', async () => ({ backups: 'fra1/shop' }), fails)).toBe(
    'not yet: the state of dev is not everywhere it should be:\nbucket away\nFix: ./padlock backup state --stack dev',
  )
})
