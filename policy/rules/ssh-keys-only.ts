import { Droplet } from '@pulumi/digitalocean/droplet.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'
import { readUserData, type UserData } from '../user-data.ts'

/** What sshd must be told, for its own defaults allow the first and the second (sshd_config(5)). */
const REQUIRED: Record<string, string[]> = {
  PasswordAuthentication: ['no'],
  KbdInteractiveAuthentication: ['no'],
  PermitRootLogin: ['no'],
}

export const sshKeysOnly: Rule = {
  name: 'ssh-keys-only',
  description: 'Nobody logs in with a password, and nobody as root.',
  validateResource: validateResourceOfType(Droplet, (droplet, _args, report) => {
    if (!droplet.sshKeys?.length)
      report('The droplet has no sshKeys: DigitalOcean would mail a password for root instead.')
    const userData = readUserData(droplet.userData ?? '')
    if (!userData.config) {
      report('User data is no #cloud-config, so nothing shows how ssh is set up.')
      return
    }
    for (const problem of [...cloudConfig(userData.config), ...sshd(userData)]) report(problem)
  }),
}

/** https://docs.cloud-init.io/en/latest/reference/modules.html: Set Passwords, SSH, Users and Groups. */
function cloudConfig(config: Record<string, unknown>): string[] {
  const problems: string[] = []
  if (config.ssh_pwauth) problems.push('User data sets ssh_pwauth. Leave it out.')
  if (config.disable_root === false)
    problems.push('User data sets disable_root: false. Set it to true.')
  for (const key of ['password', 'chpasswd']) {
    if (config[key] !== undefined) problems.push(`User data sets ${key}. Leave it out.`)
  }
  const users = Array.isArray(config.users) ? config.users : []
  for (const user of users.filter((one) => typeof one === 'object' && one !== null)) {
    const keys = ['passwd', 'plain_text_passwd', 'hashed_passwd'].filter((key) => key in user)
    if (user.lock_passwd === false) keys.push('lock_passwd: false')
    for (const key of keys)
      problems.push(`User data gives the user ${user.name} ${key}. Leave it out.`)
    if (user.name === 'root' && user.ssh_authorized_keys)
      problems.push('User data gives root ssh_authorized_keys. Give them to another user.')
  }
  return problems
}

/** The first value that sshd meets holds; its drop-ins come before the main file, in order. */
function sshd({ files }: UserData): string[] {
  const read = files
    .filter(({ path }) => /^\/etc\/ssh\/sshd_config(\.d\/[^/]+\.conf)?$/.test(path))
    .sort((a, b) => Number(isMain(a.path)) - Number(isMain(b.path)) || (a.path < b.path ? -1 : 1))
  const first: Record<string, string> = {}
  const problems: string[] = []
  for (const { path, content } of read) {
    let match = false
    for (const line of content.split('\n')) {
      const [, word = '', value = ''] = /^\s*(\w+)[\s=]+"?([^"]*?)"?\s*$/.exec(line) ?? []
      if (word.toLowerCase() === 'match') match = value.toLowerCase() !== 'all'
      const key = Object.keys(REQUIRED).find((one) => one.toLowerCase() === word.toLowerCase())
      if (!key) continue
      if (!match) first[key] ??= value
      else if (!REQUIRED[key]?.includes(value))
        problems.push(`${path} sets ${key} ${value} under Match. Leave it out.`)
    }
  }
  for (const [key, allowed] of Object.entries(REQUIRED)) {
    const value = first[key]
    if (value === undefined)
      problems.push(`No sshd_config in user data sets ${key}. Set it to ${allowed[0]}.`)
    else if (!allowed.includes(value))
      problems.push(`sshd_config in user data sets ${key} ${value}. Set it to ${allowed[0]}.`)
  }
  return problems
}

function isMain(path: string): boolean {
  return path === '/etc/ssh/sshd_config'
}
