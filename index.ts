import * as pulumi from '@pulumi/pulumi'
import { Deployment } from './components/deployment.ts'
import { prepare } from './components/prepare.ts'
import { readConfig } from './config/index.ts'

const settings = readConfig()
const name = `${pulumi.getProject()}-${pulumi.getStack()}`
const { outputs } = new Deployment(name, settings, await prepare(name, settings))

export const { url, host, ip, issuer, clientId, release, expiresAt, sshCommand, adminPrivateKey } =
  outputs
