import { parse } from '../../../config/parse.ts'
import { fromText } from '../../../config/text.ts'
import { context, defaults, good } from './context.ts'

test.each([
  ['a text', 'a text'],
  ['', ''],
  ['{not json', '{not json'],
  ['true', true],
  ['443', 443],
  ['-1', -1],
  ['["a", 1, null]', ['a', 1, null]],
  ['1177210937346019389', '1177210937346019389'],
  [
    '{"A":1.10,"B":1e3,"C":"1e3","D":{"E":123456789012345678901234567890}}',
    { A: '1.10', B: '1e3', C: '1e3', D: { E: '123456789012345678901234567890' } },
  ],
])('%s', (text, value) => {
  expect(fromText(text)).toEqual(value)
})

test('a number in the environment of the app arrives digit for digit', () => {
  const { release } = parse(
    {
      ...defaults,
      ...good,
      appEnv: fromText('{"GUILD_ID":1177210937346019389,"HALF":0.50,"ON":true,"PORT":8080}'),
      appSecrets: fromText('{"PIN":9007199254740993}'),
    },
    context(),
  )
  expect(release.env).toEqual({
    GUILD_ID: '1177210937346019389',
    HALF: '0.50',
    ON: 'true',
    PORT: '8080',
  })
  expect(release.secrets).toEqual({ PIN: '9007199254740993' })
})
