import { maskText } from '../../../ops/report/mask.ts'
import { isSecretName, SECRET_SHAPES } from '../../../policy/secrets.ts'

const hex = (length: number) => '0a'.repeat(length / 2)
const samples: Record<string, string[]> = {
  'a DigitalOcean token': [`dop_v1_${hex(64)}`, `doo_v1_${hex(16)}`],
  'a GitHub token': [`ghp_${'a1'.repeat(18)}`, `github_pat_${'a1_'.repeat(25)}`],
  'an AWS access key': ['AKIAIOSFODNN7EXAMPLE'],
  'a Pulumi access token': [`pul-${hex(40)}`],
  'a JSON web token': [`eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(12)}`],
  'a private key': [
    '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk',
  ],
  'a password in a URL': ['hunter2-of-the-test'],
}

test('every shape has a sample', () => {
  expect(SECRET_SHAPES.map(({ what }) => what)).toEqual(Object.keys(samples))
})

test.each(Object.entries(samples).flatMap(([what, each]) => each.map((one) => [what, one])))(
  '%s is known as one, and no other shape: %j',
  (what, sample) => {
    const text = `before https://bot${what.endsWith('URL') ? `:${sample}` : ''}@example.com after`
    const whole = what.endsWith('URL') ? text : `before ${sample}`
    const found = SECRET_SHAPES.filter(({ shape }) => shape.test(whole)).map((one) => one.what)
    expect(found).toEqual([what])
    expect(maskText(whole)).not.toContain(sample)
  },
)

test.each([
  'clientSecret',
  'padlock:appSecrets.DATABASE',
  'auth0:clientSecret',
  'padlock:appRegistries.ghcr.io.password',
  'DIGITALOCEAN_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'DEPLOY_PRIVATE_KEY',
  'PULUMI_CONFIG_PASSPHRASE',
  'STRIPE_API_KEY',
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

test.each([
  'AUTH0_DOMAIN',
  'secretNames',
  'tokenEndpointAuthMethod',
  'publicKeyOpenssh',
  'PULUMI_CONFIG_PASSPHRASE_FILE',
  'PASSWORD_STORE_DIR',
  'padlock:zone',
])('%s is not', (name) => {
  expect(isSecretName(name)).toBe(false)
})
