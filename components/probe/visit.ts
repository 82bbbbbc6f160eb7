import * as pulumi from '@pulumi/pulumi'
import type { Pair } from '../authority.ts'

/** A site as a visitor comes to it. */
export interface VisitArgs {
  /** Public base URL of the site. */
  url: pulumi.Input<string>
  /** The address that is asked, whatever the operator's resolver still remembers. */
  address: pulumi.Input<string>
  httpPort: number
  /** Where the login must lead; absent without one. */
  issuer?: string
  /** Path of the site that it must come back to; `/callback` if absent. */
  callback?: string
  /** Does the login stand in front of the whole site? */
  edge?: boolean
  /** What is asked instead where there is no login. */
  readyPath: string
  /** Public base URL that the site only leads to; then nothing else is asked of it. */
  leadsTo?: pulumi.Input<string>
  /** PEM text of what the site's certificate chains to; absent for the public roots. */
  siteRoot?: pulumi.Input<string>
  /** What is shown to a site that lets in nobody without a certificate. */
  client?: Pair
}

/** The command line that asks the site; the engine's own Node runs it. */
export function visitCommand(args: VisitArgs): pulumi.Output<string> {
  const login = [
    ...(args.edge ? ['--edge'] : []),
    ...(args.issuer ? [`--issuer ${args.issuer}`] : []),
    ...(args.callback ? [`--callback ${args.callback}`] : []),
  ]
  const asked = login.length > 0 ? login.join(' ') : `--ready-path ${args.readyPath}`
  const last = args.leadsTo ? pulumi.interpolate`--leads-to ${args.leadsTo}` : asked
  return pulumi.interpolate`node components/probe/main.ts ${args.url} --address ${args.address} --http-port ${args.httpPort} ${last}`
}

export function visitEnvironment({
  siteRoot,
  client,
}: Pick<VisitArgs, 'siteRoot' | 'client'>): Record<string, pulumi.Input<string>> {
  return {
    ...(siteRoot && { PADLOCK_ROOT: siteRoot }),
    ...(client && { PADLOCK_CLIENT: pulumi.interpolate`${client.certificate}${client.key}` }),
  }
}
