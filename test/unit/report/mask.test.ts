import { json } from '../../../ops/report/json.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import { mask, maskText } from '../../../ops/report/mask.ts'
import { report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import { preview } from './fixtures.ts'

const PEM = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n'
const TOKEN = `dop_v1_${'5'.repeat(64)}`
const envelope = {
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  plaintext: '"top-secret-of-the-state"',
}

test.each<[string, unknown, unknown]>([
  ['clientSecret', 'abc', '[secret]'],
  ['adminPassword', 'abc', '[secret]'],
  ['apiToken', 'abc', '[secret]'],
  ['secretNames', ['STRIPE_KEY'], ['STRIPE_KEY']],
  ['tokenEndpointAuthMethod', 'none', 'none'],
  ['anything', envelope, '[secret]'],
  ['anything', { ciphertext: 'v1:abc' }, '[secret]'],
  ['create', `curl -H ${TOKEN}`, 'curl -H [secret]'],
  [
    'url',
    'https://bot:hunter2@registry.example.com/x',
    'https://bot:[secret]@registry.example.com/x',
  ],
  ['list', [{ password: 'abc', user: 'bot' }], [{ password: '[secret]', user: 'bot' }]],
  ['stdin', PEM, '[secret]\n'],
  ['size', 's-1vcpu-1gb', 's-1vcpu-1gb'],
  ['ttl', 300, 300],
  ['id', '04da6b54-80e4-46f7-96ec-b56ff0331ba9', '(known after the update)'],
])('%s: %j', (name, value, masked) => {
  expect(mask(value, name)).toEqual(masked)
})

test('free text too', () => {
  expect(maskText(`the API said: ${TOKEN}`)).toBe('the API said: [secret]')
})

test('no secret in any format, wherever a preview carries it', () => {
  const secrets = { password: 'hunter2-of-the-test', note: TOKEN, key: PEM, sealed: envelope }
  const found = report({
    ...preview({
      'digitalocean:index/droplet:Droplet': {
        old: { ...secrets, size: 'a' },
        new: { ...secrets, size: 'b', password: 'hunter3-of-the-test', note: `${TOKEN}1` },
      },
      'digitalocean:index/volume:Volume': { new: secrets, name: 'made' },
      'auth0:index/client:Client': {
        old: { callbacks: [] },
        new: { callbacks: [`https://x.example.com/?t=${TOKEN}`] },
      },
    }),
    diagnostics: [{ severity: 'warning', message: `warning: ${TOKEN} is old` }],
  })
  for (const format of [markdown, text, json]) {
    const written = format(found)
    for (const secret of ['hunter', TOKEN, 'b3BlbnNzaA==', 'top-secret-of-the-state']) {
      expect(written).not.toContain(secret)
    }
  }
})
