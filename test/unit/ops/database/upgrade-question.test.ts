import { help, question } from '../../../../ops/cli/database/upgrade.ts'

test('who agrees to an upgrade on the host knows that an update applies all else first', () => {
  expect(question('dev', '18', true)).toBe(
    'The database of dev is upgraded to PostgreSQL 18: minutes without it, and no way back. First an update applies all that this checkout changes, which pulumi preview --stack dev shows.',
  )
  expect(help.replace(/\s+/g, ' ')).toContain(
    'all else that this checkout and its settings change is applied too, without a preview (pulumi preview shows it)',
  )
})

test('and to one of a managed database, that it applies it afterwards', () => {
  expect(question('dev', '18', false)).toContain(
    'Then an update applies all that this checkout changes, which pulumi preview --stack dev shows.',
  )
})
