import * as pulumi from '@pulumi/pulumi'
import { guarded } from '../../../components/guarded.ts'

const from = guarded(['appEnv'])

test('a value that was set in plain text stays plain', () => {
  expect(from('allowedEmails', { ALLOWED_EMAILS: 'ada@example.com' })).toEqual({
    ALLOWED_EMAILS: 'ada@example.com',
  })
})

test('a value that was set with --secret is a secret of the stack', async () => {
  const { GREETING } = from('appEnv', { GREETING: 'hello' })
  expect(await pulumi.isSecret(GREETING as pulumi.Output<string>)).toBe(true)
})
