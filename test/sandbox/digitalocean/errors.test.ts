/** What the API says to bad requests: status, id and message of each. */
import { type Account, DROPLET, startAccount } from './account.ts'

let account: Account
let dropletId: number
beforeAll(async () => {
  account = await startAccount({ limits: { droplets: 3 } })
  dropletId = (await account.droplet({ name: 'standing', tags: ['known'] })).id
  await account.call('POST', '/domains', { name: 'taken.example' })
  await account.call('POST', '/firewalls', firewall({ name: 'taken' }))
})
afterAll(() => account.end())

const everywhere = { addresses: ['0.0.0.0/0'] }
const rule = (change = {}) => ({ protocol: 'tcp', ports: '80', sources: everywhere, ...change })
const firewall = (change = {}) => ({ name: 'wall', inbound_rules: [rule()], ...change })
const record = (change = {}) => ({ type: 'A', name: 'x', data: '192.0.2.1', ...change })

type Case = [string, string, unknown, number, string]
const droplets: Case[] = [
  [{ name: '' }, "Name can't be blank"],
  [{ name: 'a b' }, 'Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)'],
  [{ name: 'x'.repeat(256) }, 'Name is too long (maximum is 255 characters)'],
  [{ region: 'mars1' }, 'You specified an invalid region for Droplet creation.'],
  [{ region: 'sfo2' }, 'Region is not available'],
  [{ size: undefined }, 'You specified an invalid size for Droplet creation.'],
  [{ size: 's-0vcpu' }, 'You specified an invalid size for Droplet creation.'],
  [{ region: 'tor1', size: 's-1vcpu-512mb-10gb' }, 'Size is not available in this region.'],
  [{ image: undefined }, 'You specified an invalid image for Droplet creation.'],
  [{ image: 4 }, 'You specified an invalid image for Droplet creation.'],
  [
    { size: 's-1vcpu-512mb-10gb', image: 'fedora-42-x64' },
    'Size is too small for the image you specified.',
  ],
  [{ ssh_keys: ['aa:bb', 5] }, 'aa:bb, 5 are invalid key identifiers for Droplet creation.'],
  [{ user_data: 'x'.repeat(65537) }, 'User data is too long (maximum is 65536 bytes)'],
  [{ vpc_uuid: 'no-such' }, 'failed to resolve VPC'],
  [{ volumes: [{ id: 'v' }] }, 'failed to resolve volume'],
  [
    { backups: true, backup_policy: { plan: 'hourly' } },
    'backup policy plan must be one of: daily, weekly',
  ],
  [{ ipv6: 'yes' }, 'ipv6 must be a boolean'],
  [{ tags: 'web' }, 'tags must be an array of strings'],
].map(([change, message]) => [
  'POST',
  '/droplets',
  { ...DROPLET, ...(change as object) },
  422,
  message as string,
])

const cases: Case[] = [
  ...droplets,
  [
    'POST',
    '/droplets',
    { ...DROPLET, name: undefined, names: ['a', 'b', 'c'] },
    422,
    'creating this/these droplet(s) will exceed your droplet limit',
  ],
  [
    'POST',
    '/account/keys',
    { name: 'k' },
    422,
    'Key invalid, key should be of the format `type key [comment]`',
  ],
  [
    'POST',
    '/account/keys',
    { name: 'k', public_key: '---- BEGIN SSH2' },
    422,
    "Key invalid type, we support 'ssh-rsa', 'ssh-dss', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', or 'ssh-ed25519'",
  ],
  ['POST', '/account/keys', { public_key: 'ssh-rsa AAAA' }, 422, "Name can't be blank"],
  [
    'POST',
    '/account/keys',
    { name: 'k', public_key: 'ssh-rsa AAAA' },
    422,
    'Fingerprint could not be generated, please make sure your key is valid',
  ],
  ['POST', '/domains', { name: 'taken.example' }, 422, 'Name already exists'],
  ['POST', '/domains', { name: 'localhost' }, 422, 'Name must be a valid domain name'],
  ['POST', '/domains', { name: '-x.example' }, 422, 'Name must be a valid domain name'],
  ['POST', '/domains', {}, 422, "Name can't be blank"],
  [
    'POST',
    '/domains',
    { name: 'x.example', ip_address: '::1' },
    422,
    'IP address did not match IPv4 format (e.g. 127.0.0.1).',
  ],
  ...[
    [{ data: '' }, "Data can't be blank"],
    [{ data: 'x' }, 'IP address did not match IPv4 format (e.g. 127.0.0.1).'],
    [{ ttl: 10 }, 'record ttl must be greater than 30'],
    [{ type: 'CNAME', data: 'www.example.com' }, 'Data needs to end with a dot (.)'],
    [{ type: 'NS', data: 'ns.example.com' }, 'Data needs to end with a dot (.)'],
    [{ type: 'MX', data: 'mail.example.com.' }, "Priority can't be blank"],
    [
      { type: 'MX', data: 'mail.example.com.', priority: 65536 },
      'Priority must be between 0 and 65535',
    ],
    [{ type: 'SRV', data: 'sip.example.com.', priority: 1 }, "Port can't be blank"],
    [{ type: 'CAA', data: 'ca.example.', flags: 0 }, 'Tag must be one of: issue, issuewild, iodef'],
    [
      { type: 'CNAME', name: '@', data: 'x.example.' },
      'CNAME records cannot share a name with other records',
    ],
    [{ name: 'a b' }, 'Name Only valid hostname characters are allowed'],
    [{ type: 'SOA' }, 'Type is not included in the list: A, AAAA, CAA, CNAME, MX, NS, SRV, TXT'],
  ].map(
    ([change, message]): Case => [
      'POST',
      '/domains/taken.example/records',
      record(change as object),
      422,
      message as string,
    ],
  ),
  [
    'POST',
    '/domains/missing.example/records',
    record(),
    404,
    'The resource you were accessing could not be found.',
  ],
  ['POST', '/firewalls', firewall({ name: 'taken' }), 409, 'duplicate name'],
  ...[
    [{ name: 'a_b' }, 'name may only contain alphanumeric characters, dashes, and periods'],
    [{ inbound_rules: null }, 'must have at least one rule'],
    [{ inbound_rules: [rule({ protocol: 'gre' })] }, 'protocol must be one of: tcp, udp, icmp'],
    [{ inbound_rules: [rule({ ports: undefined })] }, 'you must specify a valid range for ports'],
    [{ inbound_rules: [rule({ ports: '80,443' })] }, 'you must specify a valid range for ports'],
    [{ inbound_rules: [rule({ ports: '90-80' })] }, 'invalid port range'],
    [{ inbound_rules: [rule({ ports: '70000' })] }, 'invalid port range'],
    [{ inbound_rules: [rule({ sources: {} })] }, 'sources must not be empty'],
    [
      { inbound_rules: [rule({ sources: { addresses: ['1.2.3.4/33'] } })] },
      'invalid address: 1.2.3.4/33',
    ],
    [
      { inbound_rules: [rule({ sources: { addresses: ['example.com'] } })] },
      'invalid address: example.com',
    ],
    [{ inbound_rules: [rule(), rule()] }, 'duplicate rule'],
    [
      { inbound_rules: Array.from({ length: 51 }, (_, n) => rule({ ports: String(n + 1) })) },
      'cannot have more than 50 rules',
    ],
    [{ tags: ['unknown'] }, 'tag unknown does not exist'],
    [{ droplet_ids: [1] }, 'droplet 1 does not exist'],
    [
      { droplet_ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
      'cannot be applied to more than 10 droplets',
    ],
  ].map(
    ([change, message]): Case => [
      'POST',
      '/firewalls',
      firewall(change as object),
      422,
      message as string,
    ],
  ),
  ['POST', '/reserved_ips', { region: 'mars1' }, 422, 'You specified an invalid region.'],
  [
    'POST',
    '/reserved_ips',
    { droplet_id: 1 },
    404,
    'The resource you were accessing could not be found.',
  ],
  ['POST', '/projects', { purpose: 'x' }, 422, 'name is required'],
  ['POST', '/projects', { name: 'x' }, 422, 'purpose is required'],
  [
    'POST',
    '/projects/default/resources',
    { resources: ['droplet:1'] },
    422,
    'droplet:1 is not a resource URN such as do:droplet:13457723',
  ],
  [
    'POST',
    '/projects/default/resources',
    { resources: ['do:tag:known'] },
    422,
    'do:tag:known is not a resource URN such as do:droplet:13457723',
  ],
  ['DELETE', '/projects/default', undefined, 412, 'cannot delete the default project'],
  [
    'POST',
    '/vpcs',
    { name: 'n', region: 'ams3', ip_range: '8.8.8.0/24' },
    422,
    'ip_range 8.8.8.0/24 must be a private IPv4 network (RFC 1918) between /16 and /28, such as 10.20.0.0/24',
  ],
  [
    'POST',
    '/tags/known/resources',
    { resources: [{ resource_id: '1', resource_type: 'droplet' }] },
    404,
    'The resource you were accessing could not be found.',
  ],
  ['POST', '/tags', '{"name":', 400, 'The request body is not valid JSON'],
  ['POST', '/tags', [], 422, 'The request body must be a JSON object'],
  ['GET', '/nowhere', undefined, 404, 'The resource you were accessing could not be found.'],
  ['GET', '/droplets/abc', undefined, 404, 'The resource you were accessing could not be found.'],
  ['POST', '/load_balancers', {}, 501, 'This sandbox does not simulate load_balancers'],
]

const IDS: Record<number, string> = {
  400: 'bad_request',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  422: 'unprocessable_entity',
  501: 'not_implemented',
}

test.each(cases)('%s %s %j: %d %s', async (method, path, body, status, message) => {
  const before = account.api.inventory()
  const answer = await account.call(method, path, body)
  expect({ status: answer.status, ...answer.body }).toEqual({
    status,
    id: IDS[status],
    message,
    request_id: answer.headers.get('x-request-id'),
  })
  expect(account.api.inventory()).toEqual(before)
})

test.each([
  [{ type: 'power_on' }, 'Droplet is already powered on'],
  [{ type: 'resize', size: 's-9' }, 'You specified an invalid size for Droplet resize.'],
  [{ type: 'resize', size: 's-2vcpu-2gb' }, 'Droplet must be powered off to resize'],
  [
    { type: 'rename', name: 'a_b' },
    'Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)',
  ],
  [{ type: 'disable_backups' }, 'Backups are not enabled on this Droplet'],
  [{ type: 'fly' }, 'The action type "fly" is not supported'],
  [{}, 'The action type "" is not supported'],
])('droplet action %j: %s', async (body, message) => {
  const answer = await account.call('POST', `/droplets/${dropletId}/actions`, body)
  expect(answer).toMatchObject({ status: 422, body: { id: 'unprocessable_entity', message } })
})

test.each([
  {},
  { authorization: 'Bearer ' },
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic right' },
])('without the token: %j', async (headers) => {
  const answer = await account.call('GET', '/account', undefined, { authorization: '', ...headers })
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ id: 'Unauthorized', message: 'Unable to authenticate you' })
})

test('empty bodies and bodies without a type are content, as clients send them', async () => {
  expect((await account.call('DELETE', '/tags/none', '')).status).toBe(404)
  const untyped = { 'content-type': 'text/plain' }
  expect((await account.call('POST', '/tags', { name: 'plain' }, untyped)).status).toBe(201)
})
