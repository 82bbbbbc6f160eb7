import type * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../config/backups/place.ts'
import type { SeedAccess } from '../config/seed/access.ts'
import type { TunnelAccess } from '../config/tunnels/access.ts'
import type { BackupAccess } from './backups/backups.ts'

/** What a stack gives out. */
export interface Outputs {
  /** The site's URL, known only once the probe has passed. */
  url: pulumi.Output<string>
  host: pulumi.Input<string>
  /** Where the name leads: the reserved IP, or the droplet's own address. */
  ip: pulumi.Output<string>
  /** The droplet's own address, which others see when the app calls them. */
  egressIp: pulumi.Output<string>
  /** Both absent without a login. */
  issuer?: string
  clientId?: pulumi.Output<string>
  /** To be entered at the issuer, where the application there was made by hand; absent elsewhere. */
  callbackUrl?: pulumi.Input<string>
  /** The same, where the issuer offers a log-out. */
  logoutUrl?: pulumi.Input<string>
  /** To be entered at the registrar; absent where the stack did not make the zone. */
  nameServers?: string[]
  release: pulumi.Output<string>
  /** Where the team's registry is; absent where it is not used. */
  registry?: pulumi.Output<string>
  expiresAt: string
  sshCommand: pulumi.Output<string>
  /** A secret, what `./padlock tunnel` connects with; none without `tunnels`. */
  tunnelAccess?: pulumi.Output<TunnelAccess>
  /** `fra1.digitaloceanspaces.com/BUCKET`; absent where nothing is backed up. */
  backups?: pulumi.Output<string>
  /** Puts the state, as the update has left it, beside the backups; absent where nothing is backed up. */
  stateCommand?: string
  /** A secret: what opens the backups. */
  backupPassphrase?: pulumi.Output<string>
  /** A secret: where the backups are, the key to them and what opens them. */
  backupAccess?: pulumi.Output<BackupAccess>
  /** A secret: the same with a key that reads alone, for another host that restores; absent where there is none. */
  backupReader?: pulumi.Output<BackupAccess>
  /** A secret, what `./padlock backup anonymise` stores with; none without `anonymiseSql`. */
  seedWriter?: pulumi.Output<SeedAccess>
  /** A secret for environments (`seedReader` there), which reads snapshots alone. */
  seedReader?: pulumi.Output<SeedAccess>
  /** A secret: both buckets, with the key that copies from one to the other; absent without a copy. */
  backupCopy?: pulumi.Output<{ from: BucketPlace; to: BucketPlace }>
  /** A secret: where the copy is, a key that reads it, and what opens it. */
  backupCopyAccess?: pulumi.Output<BackupAccess>
  /** PEM, of the stack's own certificate authority; none where it signs nothing. */
  authorityRoot?: pulumi.Output<string>
  /** A secret: PEM by name; none without `clientCertificates`. */
  clientCertificates?: pulumi.Output<Record<string, { certificate: string; key: string }>>
  /** A secret; none where `sshKey` is `agent`. */
  adminPrivateKey?: pulumi.Output<string>
}
