import { type Step, withoutConsent } from '../../../policy/consent.ts'
import { databaseCluster, droplet, firewall, volume } from './judge.ts'

const step = (op: string, type: string, project = 'padlock'): Step => ({
  op,
  urn: `urn:pulumi:prod::${project}::padlock:index:Host$${type}::it`,
})
const said = (steps: Step[], config: Record<string, string> = {}) =>
  withoutConsent({ config: { 'padlock:environment': 'Production', ...config }, steps })
const bucket = 'digitalocean:index/spacesBucket:SpacesBucket'
const passphrase = 'random:index/randomPassword:RandomPassword'
const inside = (op: string, component: string, type: string): Step => ({
  op,
  urn: `urn:pulumi:prod::padlock::padlock:index:Deployment$padlock:index:${component}$${type}::it`,
})
const database = 'digitalocean:index/databaseDb:DatabaseDb'

test.each<[string, Step]>([
  ['update of the droplet', step('update', droplet)],
  ['creation of a volume', step('create', volume)],
  ['deletion of a firewall', step('delete', firewall)],
  ['deletion of a bucket of snapshots', inside('delete', 'SeedBucket', bucket)],
  ['deletion of another random value', inside('delete', 'LocalDatabase', passphrase)],
])('a %s passes', (_name, one) => {
  expect(said([one])).toEqual([])
})

test.each<[string, string | undefined, number]>([
  ['Development', undefined, 0],
  ['Staging', '', 0],
  ['Production', '', 1],
  ['Production', 'true', 1],
  ['Production', 'false', 0],
  ['Development', 'true', 1],
  ['[secret]', '', 1],
  ['Development', '[secret]', 1],
])('environment %s with protect %p: %p', (environment, protect, count) => {
  const config = {
    'padlock:environment': environment,
    ...(protect !== undefined && { 'padlock:protect': protect }),
  }
  expect(said([step('delete', volume)], config)).toHaveLength(count)
})

test('a project of another name is judged by its own keys', () => {
  const steps = [step('delete', volume, 'shop')]
  expect(withoutConsent({ config: { 'shop:environment': 'Production' }, steps })).toHaveLength(1)
  expect(withoutConsent({ config: { 'padlock:environment': 'Production' }, steps })).toEqual([])
})

test.each<[string, Step, string]>([
  [
    'replacement of the droplet',
    step('replace', droplet),
    "This would replace the droplet it of a protected stack, and what is on its disk with it. If it is meant: pulumi config set --path 'allowReplace[0]' droplet",
  ],
  [
    'deletion of the droplet',
    step('delete', droplet),
    "This would delete the droplet it of a protected stack, and what is on its disk with it. If it is meant: pulumi config set --path 'allowDelete[0]' droplet",
  ],
  [
    'deletion of a volume',
    step('delete', volume),
    "This would delete the volume it of a protected stack, and its files with it. If it is meant: pulumi config set --path 'allowDelete[0]' volume",
  ],
  [
    'replacement of a volume, which deletes it',
    step('replace', volume),
    "This would replace the volume it of a protected stack, and its files with it. If it is meant: pulumi config set --path 'allowDelete[0]' volume",
  ],
  [
    'deletion of a database cluster',
    step('delete', databaseCluster),
    "This would delete the database it of a protected stack, and its data with it. If it is meant: pulumi config set --path 'allowDelete[0]' database",
  ],
  [
    'deletion of a database in a cluster',
    step('delete', database),
    "This would delete the database it of a protected stack, and its data with it. If it is meant: pulumi config set --path 'allowDelete[0]' database",
  ],
  [
    'deletion of a bucket of backups',
    inside('delete', 'SpacesBackups', bucket),
    "This would delete the backups it of a protected stack, and every backup in the bucket with it. If it is meant: pulumi config set --path 'allowDelete[0]' backups",
  ],
  [
    'replacement of the bucket of a copy, which deletes it',
    inside('replace', 'SpacesCopy', bucket),
    "This would replace the backups it of a protected stack, and every backup in the bucket with it. If it is meant: pulumi config set --path 'allowDelete[0]' backups",
  ],
  [
    'deletion of the passphrase of backups',
    inside('delete', 'Backups', passphrase),
    "This would delete the backups it of a protected stack, and the one passphrase that opens them with it. If it is meant: pulumi config set --path 'allowDelete[0]' backups",
  ],
])('a %s fails', (_name, one, message) => {
  expect(said([one])).toEqual([message])
})

test('the steps of one replacement are told once', () => {
  const steps = ['create-replacement', 'replace', 'delete-replaced'].map((op) => step(op, droplet))
  expect(said(steps)).toHaveLength(1)
})

test.each<[string, string, Step]>([
  ['allowReplace', '["droplet"]', step('replace', droplet)],
  ['allowDelete', '["volume","droplet"]', step('delete', droplet)],
  ['allowDelete', '["volume"]', step('replace', volume)],
  ['allowDelete', '["database"]', step('delete', database)],
  ['allowDelete', '["backups"]', inside('delete', 'Backups', passphrase)],
])('%s: %s consents', (key, value, one) => {
  expect(said([one], { [`padlock:${key}`]: value })).toEqual([])
})

test.each<[string, string, Step]>([
  ['allowReplace', '["volume"]', step('replace', droplet)],
  ['allowReplace', '["volume"]', step('replace', volume)],
  ['allowReplace', 'droplet', step('replace', droplet)],
])('%s: %s does not', (key, value, one) => {
  expect(said([one], { [`padlock:${key}`]: value })).toHaveLength(1)
})
