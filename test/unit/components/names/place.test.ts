import * as pulumi from '@pulumi/pulumi'
import { placeOf } from '../../../../components/place.ts'
import { value } from '../mocks.ts'

const site = { zone: 'sslip.io', recordName: '@', httpPort: 80, httpsPort: 443 }
const known = (input: pulumi.Input<string>) => value(pulumi.output(input))

test('a name that is configured is plain text, for previews', () => {
  const hostname = 'www.example.com'
  expect(placeOf({ ...site, hostname })).toMatchObject({
    hostname,
    url: 'https://www.example.com',
    host: 'www.example.com',
  })
})

test.each([
  [{}, 'https://203-0-113-5.sslip.io', '203-0-113-5.sslip.io'],
  [{ httpsPort: 8443 }, 'https://203-0-113-5.sslip.io:8443', '203-0-113-5.sslip.io:8443'],
  [{ plain: true }, 'http://203-0-113-5.sslip.io', '203-0-113-5.sslip.io'],
])('one that is made of the address, %j', async (more, url, host) => {
  const place = placeOf({ ...site, ...more }, pulumi.output('203.0.113.5'))
  expect(await known(place.hostname)).toBe('203-0-113-5.sslip.io')
  expect([await known(place.url), await known(place.host)]).toEqual([url, host])
})

test('a site without a name is at its address', async () => {
  const place = placeOf({ ...site, zone: '' }, pulumi.output('203.0.113.5'))
  expect(await known(place.url)).toBe('https://203.0.113.5')
})
