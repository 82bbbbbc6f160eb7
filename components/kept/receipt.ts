/** Something that stays in an account when the stack goes. */
export type Item =
  | { kind: 'volume'; name: string; id: string }
  | { kind: 'database cluster'; name: string; id: string }
  | { kind: 'bucket'; name: string; endpoint: string }
  | { kind: 'backups'; place: string }

/** What a destroy says of it: that it stays, how it is opened, and how it goes. */
export function receipt(item: Item): string {
  if (item.kind === 'volume') {
    const { name, id } = item
    return lines(`the volume ${name} (${id}) stays, with its files`, [
      `opened by a droplet: doctl compute volume-action attach ${id} DROPLET; another pulumi up of this stack names the command that imports it`,
      `costs until: doctl compute volume delete ${id}`,
    ])
  }
  if (item.kind === 'database cluster') {
    const { name, id } = item
    return lines(`the database cluster ${name} (${id}) stays, with its rows`, [
      `opened by: doctl databases firewalls append ${id} --rule ip_addr:ADDRESS, then doctl databases connection ${id}`,
      `costs until: doctl databases delete ${id}`,
    ])
  }
  if (item.kind === 'bucket') {
    const { name, endpoint } = item
    return lines(`the bucket ${name} at ${endpoint} stays, with the backups in it`, [
      `its keys go with the stack; another one: doctl spaces keys create ${name} --grants 'bucket=${name};permission=read'`,
      'costs until it is emptied, older versions too, and deleted in the panel',
    ])
  }
  return lines(`the backups in ${item.place} stay, and their passphrase goes with the state`, [
    'opened by access.json, which was kept before: pulumi stack output backupAccess --show-secrets; then ./padlock restore --from access.json --to STACK',
    'not kept: a former state has it (pulumi stack history), where the backend keeps those',
  ])
}

const lines = (first: string, more: string[]) =>
  [first, ...more.map((one) => `  ${one}`)].join('\n')
