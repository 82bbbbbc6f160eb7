import * as pulumi from '@pulumi/pulumi'
import { Deployment } from './components/deployment.ts'
import { prepare } from './components/prepare.ts'
import { readConfig } from './config/index.ts'
import { deploymentName } from './config/names.ts'

const settings = readConfig()
const name = deploymentName(pulumi.getProject(), pulumi.getStack())
const { outputs } = new Deployment(name, settings, await prepare(name, settings))

export const {
  url,
  host,
  ip,
  egressIp,
  issuer,
  clientId,
  release,
  expiresAt,
  sshCommand,
  adminPrivateKey,
} = outputs
