import { readPreview } from '../../../ops/report/preview.ts'

test.each([
  ['no JSON at all', 'saved.json is not JSON. Allowed: the output of pulumi preview --json'],
  [
    '{"version": 3}',
    'saved.json is not a preview: it has neither steps nor diagnostics. Allowed: the output of pulumi preview --json',
  ],
  [
    'null',
    'saved.json is not a preview: it has neither steps nor diagnostics. Allowed: the output of pulumi preview --json',
  ],
])('%s', (text, message) => {
  expect(() => readPreview(text, 'saved.json')).toThrow(message)
})
