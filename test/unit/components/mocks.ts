import * as pulumi from '@pulumi/pulumi'

/** One resource as it was registered. */
export interface Registered {
  type: string
  name: string
  inputs: Record<string, unknown>
}

/** One that others wait for, or belong to. */
export class Anchor extends pulumi.ComponentResource {
  constructor() {
    super('padlock:index:Anchor', 'anchor')
  }
}

type Outputs = (inputs: Record<string, unknown>, name: string) => Record<string, unknown>

/** What the providers would answer; a type that is not listed here fails the test. */
const answers: Record<string, Outputs> = {
  'digitalocean:index/tag:Tag': () => ({}),
  'digitalocean:index/firewall:Firewall': () => ({}),
  'digitalocean:index/reservedIp:ReservedIp': () => ({
    ipAddress: '203.0.113.9',
    reservedIpUrn: 'do:reservedip:203.0.113.9',
  }),
  'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': () => ({}),
  'digitalocean:index/sshKey:SshKey': () => ({ fingerprint: 'aa:bb' }),
  'digitalocean:index/droplet:Droplet': () => ({
    ipv4Address: '198.51.100.7',
    ipv6Address: '2001:db8::7',
    dropletUrn: 'do:droplet:4711',
  }),
  'digitalocean:index/domain:Domain': (inputs) => ({ domainUrn: `do:domain:${inputs.name}` }),
  'digitalocean:index/dnsRecord:DnsRecord': () => ({}),
  'digitalocean:index/project:Project': () => ({}),
  'auth0:index/client:Client': () => ({ clientId: 'client-1' }),
  'auth0:index/clientCredentials:ClientCredentials': () => ({ clientSecret: 'client-secret' }),
  'auth0:index/connectionClient:ConnectionClient': () => ({}),
  'tls:index/privateKey:PrivateKey': (inputs, name) => ({
    privateKeyOpenssh: `-----BEGIN OPENSSH PRIVATE KEY-----\n${name}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKeyOpenssh: `${publicKey(inputs.algorithm === 'ED25519' ? 'ssh-ed25519' : 'ecdsa-sha2-nistp256', name)}\n`,
  }),
  'random:index/randomPassword:RandomPassword': () => ({ result: 'session-key' }),
  'command:remote:Command': (_inputs, name) => ({
    stdout: name.endsWith('host-key') ? 'ssh-ed25519 AAAAhost\n' : '',
  }),
  'command:remote:CopyToRemote': () => ({}),
  'command:local:Command': () => ({ stdout: 'fine' }),
}

/** An OpenSSH public key whose blob begins with its type, as real ones do (RFC 4253 6.6). */
export function publicKey(type: string, seed: string): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return `${type} ${Buffer.concat([length, Buffer.from(type + seed)]).toString('base64')}`
}

/**
 * Answers every registration by the table above and keeps what was asked.
 * @param functions what functions answer, by their token
 */
export function mockProviders(
  preview = false,
  overrides: Record<string, Outputs> = {},
  functions: Record<string, Record<string, unknown>> = {},
): Registered[] {
  const registered: Registered[] = []
  const table = { ...answers, ...overrides }
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs })
        if (type.startsWith('padlock:')) return { id: '', state: inputs }
        const outputs = table[type]
        if (!outputs) throw new Error(`${type} is not expected here`)
        const id = type.endsWith(':Droplet') ? '4711' : `${name}-id`
        return { id, state: { ...inputs, ...outputs(inputs, name) } }
      },
      call: ({ token }) => {
        const answer = functions[token]
        if (answer) return answer
        throw new Error(`the function ${token} is not expected here`)
      },
    },
    'padlock',
    'dev',
    preview,
  )
  // The SDK's mocks say that they take hooks, and do not.
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>
  monitor.registerResourceHook = (_: unknown, done: (error: null) => void) => done(null)
  return registered
}

/** Waits for all registrations of a component and gives the inputs by type. */
export async function settle(registered: Registered[]): Promise<Record<string, Registered[]>> {
  await pulumi.runtime.disconnect()
  const byType: Record<string, Registered[]> = {}
  for (const one of registered) {
    byType[one.type] = [...(byType[one.type] ?? []), one]
  }
  return byType
}

/** The plain value of an output. */
export function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve))
}

/** Strips the engine's secret envelopes, so that inputs can be compared as plain values. */
export function plain(inputs: unknown): unknown {
  if (Array.isArray(inputs)) return inputs.map(plain)
  if (typeof inputs !== 'object' || inputs === null) return inputs
  const record = inputs as Record<string, unknown>
  if (SECRET in record) return { secret: plain(record.value) }
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, plain(item)]))
}

const SECRET = pulumi.runtime.specialSigKey
