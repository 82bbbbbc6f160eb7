import { userData } from '../../../cloud-init/index.ts'
import { sshKeysOnly } from '../../../policy/rules/ssh-keys-only.ts'
import { production, variants } from '../cloud-init/facts.ts'
import { droplet, judge } from './judge.ts'

const real = userData(production)
const said = (text: string, sshKeys: string[] = ['aa:bb']) =>
  judge(sshKeysOnly, { resources: [{ type: droplet, props: { userData: text, sshKeys } }] })

test.each(Object.keys(variants))('the real user data passes: %s', async (name) => {
  expect(await said(userData(variants[name]!))).toEqual([])
})

test.each<[string, (text: string) => string, string]>([
  [
    'passwords by cloud-init',
    (text) => `${text}ssh_pwauth: true\n`,
    'User data sets ssh_pwauth. Leave it out.',
  ],
  [
    'root by cloud-init',
    (text) => text.replace('disable_root: true', 'disable_root: false'),
    'User data sets disable_root: false. Set it to true.',
  ],
  [
    'a password for everybody',
    (text) => `${text}chpasswd: {expire: false, list: 'admin:x'}\n`,
    'User data sets chpasswd. Leave it out.',
  ],
  [
    'a password of a user',
    (text) => text.replace('  name: admin', '  passwd: $6$x\n  name: admin'),
    'User data gives the user admin passwd. Leave it out.',
  ],
  [
    'an unlocked password',
    (text) => text.replace('lock_passwd: true\n  name: admin', 'lock_passwd: false\n  name: admin'),
    'User data gives the user admin lock_passwd: false. Leave it out.',
  ],
  [
    'keys of root',
    (text) => text.replace('  name: admin', '  name: root'),
    'User data gives root ssh_authorized_keys. Give them to another user.',
  ],
  [
    'passwords by sshd',
    (text) => text.replace('PasswordAuthentication no', 'PasswordAuthentication yes'),
    'sshd_config in user data sets PasswordAuthentication yes. Set it to no.',
  ],
  [
    'root by sshd, with a key',
    (text) => text.replace('PermitRootLogin no', 'PermitRootLogin prohibit-password'),
    'sshd_config in user data sets PermitRootLogin prohibit-password. Set it to no.',
  ],
  [
    "sshd's default",
    (text) => text.replace('    PermitRootLogin no\n', ''),
    'No sshd_config in user data sets PermitRootLogin. Set it to no.',
  ],
  [
    'an earlier drop-in, which wins',
    (text) =>
      `${text}- {path: /etc/ssh/sshd_config.d/01-first.conf, content: "passwordauthentication yes\\n"}\n`,
    'sshd_config in user data sets PasswordAuthentication yes. Set it to no.',
  ],
  [
    'passwords for some',
    (text) =>
      `${text}- {path: /etc/ssh/sshd_config.d/99-last.conf, content: "Match User guest\\nPasswordAuthentication yes\\n"}\n`,
    '/etc/ssh/sshd_config.d/99-last.conf sets PasswordAuthentication yes under Match. Leave it out.',
  ],
])('%s fails', async (_name, change, message) => {
  const changed = change(real)
  expect(changed).not.toBe(real)
  expect(await said(changed)).toEqual([`it: ${message}`])
})

test('a later drop-in changes nothing and passes', async () => {
  const later = `${real}- {path: /etc/ssh/sshd_config.d/99-last.conf, content: "PasswordAuthentication yes\\n"}\n`
  expect(await said(later)).toEqual([])
})

test('a droplet without keys fails, for it gets a password of root', async () => {
  expect(await said(real, [])).toEqual([
    'it: The droplet has no sshKeys: DigitalOcean would mail a password for root instead.',
  ])
})

test('a script fails, as nothing shows what it does', async () => {
  expect(await said('#!/bin/sh\ntrue\n')).toEqual([
    'it: User data is no #cloud-config, so nothing shows how ssh is set up.',
  ])
})
