import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openControl, readCredentials, readSandbox } from '../../sandbox/control.ts'
import { shownCertificate } from './certificate.ts'
import { pulumi, root, stackOutputs } from './shell.ts'
import { startTraffic } from './traffic.ts'

const sandbox = join(root, '.sandbox')
const ca = join(sandbox, 'ca', 'root.pem')

/** The serial number of the certificate that the site shows. */
const serial = async (url: string, address: string) =>
  (await shownCertificate(url, address, ca)).serialNumber

/** Stops and continues the certificate authority's process. */
function authority(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const { pid } = JSON.parse(readFileSync(join(sandbox, 'pids', 'pebble.json'), 'utf8'))
  process.kill(pid, signal)
}

/** When the address was on its way to another droplet, milliseconds since 1970; the API tells seconds. */
async function moves(ip: string): Promise<{ from: number; to: number }[]> {
  const [file, credentials] = await Promise.all([readSandbox(sandbox), readCredentials(sandbox)])
  if (!file || !credentials) throw new Error('the sandbox does not run')
  const response = await fetch(`${file.digitalocean.url}/v2/reserved_ips/${ip}/actions`, {
    headers: { authorization: `Bearer ${credentials.digitalocean.token}` },
  })
  const { actions } = (await response.json()) as {
    actions: { started_at: string; completed_at: string }[]
  }
  return actions.map(({ started_at, completed_at }) => ({
    from: Date.parse(started_at),
    to: Date.parse(completed_at) + 1000,
  }))
}

/**
 * The droplet is replaced under steady traffic, on two machines at once, while no certificate can be
 * had.
 * @param stackFile the settings that the stack is deployed with
 */
export function replacementTests(url: string, stackFile: string): void {
  test('a replaced droplet serves before it gets the address: only who is connected in that moment notices, and no certificate is ordered', async () => {
    const { ip = '' } = await stackOutputs()
    const [before] = (await openControl(sandbox).status()).droplets
    const certificate = await serial(url, ip)
    const { output: exported } = await pulumi('stack export')
    const { urn } = JSON.parse(exported).deployment.resources.find(({ type }: { type: string }) =>
      type.endsWith(':Droplet'),
    )
    authority('SIGSTOP')
    const traffic = startTraffic(url, ip, ca)
    const { code, output, seconds } = await pulumi(
      `up --yes --skip-preview --replace '${urn}' --config-file ${stackFile}`,
      20,
    )
    const { sent, failed, gap } = await traffic.stop()
    authority('SIGCONT')
    console.log(
      `replacement: ${Math.round(seconds)} s, ${sent} requests, ${failed.length} failed, longest gap between answers ${gap.toFixed(1)} s`,
    )
    if (code !== 0) throw new Error(output)
    const droplets = (await openControl(sandbox).status()).droplets
    expect(droplets).toHaveLength(1)
    expect(droplets[0]?.id).not.toBe(before?.id)
    // Who is connected to the old droplet in the moment of the move loses it, as at DigitalOcean.
    const moving = await moves(ip)
    const cut = failed.filter(({ began, ended }) =>
      moving.some(({ from, to }) => began < to && ended > from),
    )
    expect(failed.filter((one) => !cut.includes(one))).toEqual([])
    expect(cut.length).toBeLessThanOrEqual(1)
    expect(sent).toBeGreaterThan(100)
    expect(await serial(url, ip)).toBe(certificate)
  })
}
