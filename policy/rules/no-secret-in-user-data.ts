import { Droplet } from '@pulumi/digitalocean/droplet.js'
import { validateResourceOfType } from '@pulumi/policy'
import type { Rule } from '../rule.ts'
import { isSecretName, SECRET_SHAPES } from '../secrets.ts'
import { allSettings } from '../stack.ts'
import { readUserData, type UserData } from '../user-data.ts'

/** Shorter ones, such as the sandbox's passphrase, are words of any text. */
const SHORTEST = 8

export const noSecretInUserData: Rule = {
  name: 'no-secret-in-user-data',
  description:
    'User data can be read on the host for life: it holds no secret but one one-time host key.',
  validateResource: validateResourceOfType(Droplet, (droplet, _args, report) => {
    if (!droplet.userData) return
    const places = textsOf(readUserData(droplet.userData))
    for (const [where, text] of places) {
      for (const { what, shape } of SECRET_SHAPES) {
        if (shape.test(text)) report(`${where} holds ${what}. ${ADVICE}`)
      }
      for (const [name, value] of knownSecrets()) {
        if (text.includes(value) || text.includes(Buffer.from(value).toString('base64')))
          report(`${where} holds the value of ${name}. ${ADVICE}`)
      }
    }
  }),
}

const ADVICE =
  'Hand it over by SSH with the release: pulumi config set --secret --path appSecrets.NAME'

/** Every text of the user data with the words for it; the one-time host key left out. */
function textsOf({ config, files, text }: UserData): [where: string, text: string][] {
  if (!config) return [['User data', text]]
  const { ssh_keys: hostKeys = {}, ...others } = config
  const oneTime = Object.keys(hostKeys as object).find((name) => name.endsWith('_private'))
  const moreKeys = Object.entries(hostKeys as object).filter(([name]) => name !== oneTime)
  return [
    ['User data', stringsIn({ ...others, moreKeys }).join('\n')],
    ...files.map(({ path, content }): [string, string] => [`User data's ${path}`, content]),
  ]
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}

/** The secrets of this stack and of whoever deploys it, by the key or variable that holds them. */
function knownSecrets(): [name: string, value: string][] {
  const variables = Object.entries(process.env).map(([name, value]): [string, string] => [
    `the environment variable ${name}`,
    value ?? '',
  ])
  const both = [...allSettings(), ...variables]
  return both.filter(([name, value]) => isSecretName(name) && value.length >= SHORTEST)
}
