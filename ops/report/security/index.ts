import { allowLists } from './allow-lists.ts'
import { auth0Application } from './auth0-application.ts'
import { clientAuthentication } from './client-authentication.ts'
import { clientCertificates } from './client-certificates.ts'
import { data } from './data.ts'
import type { Change, Finding, Topic } from './finding.ts'
import { firewall } from './firewall.ts'
import { login } from './login.ts'
import { protection } from './protection.ts'
import { publicPaths } from './public-paths.ts'
import { secrets } from './secrets.ts'
import { ssh } from './ssh.ts'
import { tls } from './tls.ts'
import { tunnels } from './tunnels.ts'

/** In the order of a report. */
const TOPICS: Topic[] = [
  firewall,
  ssh,
  login,
  allowLists,
  publicPaths,
  auth0Application,
  clientAuthentication,
  tls,
  clientCertificates,
  tunnels,
  secrets,
  data,
  protection,
]
const ORDER: Finding['effect'][] = ['opens', 'changes', 'closes']

/** What a change opens first, what it changes, what it closes. */
export function security(change: Change): Finding[] {
  const all = TOPICS.flatMap((topic) => topic(change))
  return ORDER.flatMap((effect) => all.filter((finding) => finding.effect === effect))
}
