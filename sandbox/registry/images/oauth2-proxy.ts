import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../run.ts'
import type { OwnImage } from './image.ts'

const VERSION = 'v7.15.6'
const MODULE = `github.com/oauth2-proxy/oauth2-proxy/v7@${VERSION}`
const SUM = 'h1:4xZOFvyGysSUxdrEVyLjo+NduqGHbGV9bLE8XD49IJM='

/**
 * The login in front of an app, from its Go module: one static program in an image of its own, as
 * quay.io/oauth2-proxy/oauth2-proxy has it. Go verifies the modules by the project's go.sum.
 */
export const oauth2Proxy: OwnImage = {
  repository: 'oauth2-proxy',
  tags: [VERSION],
  packages: [],
  pins: { [MODULE]: SUM },
  async add(folder, work, progress) {
    await mkdir(join(folder, 'bin'), { recursive: true })
    await copyFile(await buildOauth2Proxy(work, progress), join(folder, 'bin', 'oauth2-proxy'))
  },
  env: { PATH: '/bin' },
  command: ['/bin/oauth2-proxy'],
}

/** The path of the program, built below a folder for drafts. */
export async function buildOauth2Proxy(
  work: string,
  progress: (detail: string) => void,
): Promise<string> {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOBIN: join(work, 'bin'),
    GOFLAGS: '-trimpath',
  }
  progress(`building ${MODULE}`)
  const answer = await run('go', ['mod', 'download', '-json', MODULE], { cwd: work, env })
  const { Sum } = JSON.parse(answer)
  if (Sum !== SUM) throw new Error(`${MODULE} has the sum ${Sum}, not ${SUM}`)
  const version = `-X github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION=${VERSION}`
  await run('go', ['install', `-ldflags=-s -w ${version}`, MODULE], { cwd: work, env })
  return join(work, 'bin', 'oauth2-proxy')
}
