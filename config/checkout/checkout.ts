import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Owner, ownerOf } from './owner.ts'

/**
 * The owner that the checkout in the working directory is, told by the backend that one is logged in
 * to and by the git remote `origin`.
 * @param project Pulumi project
 * @param organization Pulumi organisation; `organization` on a backend that has none
 * @returns undefined on a shared backend without a remote
 */
export function ownerHere(
  project: string,
  organization: string,
  environment: NodeJS.ProcessEnv = process.env,
): Owner | undefined {
  const backend = backendHere(environment)
  return ownerOf({ project, folder: process.cwd(), backend, organization, remote: remoteHere() })
}

/**
 * The backend's URL as the engine finds it (pulumi/pulumi, pkg/workspace, GetCurrentCloudURL): the
 * variable, the project's own, the login; empty for Pulumi Cloud.
 */
export function backendHere(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.PULUMI_BACKEND_URL) return environment.PULUMI_BACKEND_URL
  const own = parse(readFileSync('Pulumi.yaml', 'utf8')).backend?.url
  if (own) return own
  const home = environment.PULUMI_HOME || join(homedir(), '.pulumi')
  const file = join(environment.PULUMI_CREDENTIALS_PATH || home, 'credentials.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')).current || environment.PULUMI_API || ''
  } catch {
    return environment.PULUMI_API || ''
  }
}

function remoteHere(): string | undefined {
  try {
    const args = ['remote', 'get-url', 'origin']
    return execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim() || undefined
  } catch {
    return undefined
  }
}
