import * as pulumi from '@pulumi/pulumi'
import { lostApplication } from '../../../components/account/lost.ts'

const stack = { name: 'padlock-prod', owner: '1a2b3c4d' }

test.each([
  ['this owner’s', { owner: '1a2b3c4d' }, ['c1']],
  ['of a version without owners', {}, ['c1']],
  ['another owner’s, which nobody is told to import or delete', { owner: 'ffffffff' }, []],
])('an application of the stack’s name that is %s', async (_what, clientMetadata, ids) => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({ id: 'c1', clientId: 'c1', name: stack.name, clientMetadata }),
  })
  expect((await lostApplication(stack)).map(({ id }) => id)).toEqual(ids)
})
