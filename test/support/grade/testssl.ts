import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Local } from './observatory.ts'

/** One line of testssl's JSON. */
export interface Finding {
  id: string
  severity: string
  finding: string
}

/** What testssl does not mind. */
const GOOD = ['OK', 'INFO', 'DEBUG']

/** What is no fault of the site, with the reason. */
const ACCEPTED: Record<string, string> = {
  BREACH: "pages are compressed; what keeps an app's secrets out of it is a token that changes",
  TLS_session_ticket: 'Go grants a session a week; Caddy changes the key every 12 hours',
  cert_revocation: "Pebble and the stack's own authority name no list; Let's Encrypt does",
  secure_renego: "asked without the site's name, which gets no answer here",
  engine_problem: 'of the OpenSSL that asks',
}

/**
 * All that testssl has to say of a site on loopback, some minutes. Nothing outside is asked: neither
 * name servers nor what a certificate names.
 * @param scratch folder for its report
 * @param more options of its own
 */
export async function testssl(
  { name, httpsPort, root }: Local,
  scratch: string,
  more: string[] = [],
): Promise<Finding[]> {
  const report = join(scratch, `testssl-${Date.now()}.json`)
  const options = ['--quiet', '--color', '0', '--warnings', 'batch', '--nodns', 'none']
  const where = ['--ip', '127.0.0.1', '--add-ca', root, '--jsonfile', report]
  const child = spawn('testssl', [...options, ...where, ...more, `${name}:${httpsPort}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: scratch,
  })
  const [said, errors] = [text(child.stdout), text(child.stderr)]
  await once(child, 'close')
  const findings = await readFile(report, 'utf8').then(JSON.parse, () => [])
  if (findings.length < 2) throw new Error(`testssl has no result:\n${await said}${await errors}`)
  return findings
}

/** What is found beside that, in its own words: `ID: SEVERITY, what it says`. */
export function bad(findings: Finding[]): string[] {
  return findings
    .filter(({ id, severity }) => !GOOD.includes(severity) && !Object.hasOwn(ACCEPTED, id))
    .map(({ id, severity, finding }) => `${id}: ${severity}, ${finding}`)
}
