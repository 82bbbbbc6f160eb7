import * as pulumi from '@pulumi/pulumi'
import { Deployment } from './components/deployment.ts'
import { Guard, needsGuard } from './components/guard.ts'
import { prepare } from './components/prepare.ts'
import { readConfig } from './config/index.ts'
import { deploymentName } from './config/site/names.ts'

const settings = readConfig()
const name = deploymentName(pulumi.getProject(), pulumi.getStack())
const prepared = await prepare(name, settings)
const deployment = new Deployment(name, settings, prepared)
const { guard: protect } = settings.lifecycle
if (needsGuard(protect, prepared.state)) {
  new Guard(name, { protect, dependsOn: deployment, parent: deployment.live })
}

export const {
  url,
  host,
  ip,
  egressIp,
  issuer,
  clientId,
  callbackUrl,
  logoutUrl,
  nameServers,
  release,
  registry,
  expiresAt,
  sshCommand,
  tunnelAccess,
  adminPrivateKey,
  authorityRoot,
  backups,
  stateCommand,
  backupPassphrase,
  backupAccess,
  backupReader,
  seedWriter,
  seedReader,
  backupCopy,
  backupCopyAccess,
  clientCertificates,
} = deployment.outputs
