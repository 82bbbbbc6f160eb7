/** What of a stack's configuration reaches which package. */
import { execFileSync } from 'node:child_process'
import { fingerprint } from '../../../config/repository/openpgp.ts'
import { type HostSoftware, hostBundle } from '../../../host/pack/index.ts'
import { newFolder, removeFolders } from './fixture.ts'

const facts = {
  ports: { ssh: 22, http: 80, https: 443 },
  rebootTime: '03:30',
  repository: { key: 'https://apt.example.com/key', fingerprint: 'A'.repeat(40), sources: '' },
}

afterAll(removeFolders)

async function changedBy(more: Partial<HostSoftware>): Promise<string[]> {
  const [before, after] = [await hostBundle(facts), await hostBundle({ ...facts, ...more })]
  return Object.entries(after.packages)
    .filter(([name, { version }]) => version !== before.packages[name]?.version)
    .map(([name]) => name)
}

test('the time of a reboot is a file of padlock-host, and restarts nothing', async () => {
  expect(await changedBy({ rebootTime: '22:15' })).toEqual(['padlock-host'])
  const [one, other] = [
    await hostBundle(facts),
    await hostBundle({ ...facts, rebootTime: '22:15' }),
  ]
  expect(other.packages['padlock-host']?.units).toEqual(one.packages['padlock-host']?.units)
})

test('the ports are a file of padlock-base', async () => {
  expect(await changedBy({ ports: { ...facts.ports, http: 8080 } })).toEqual(['padlock-base'])
})

test('the login in front of an app is a package of its own, and changes no other', async () => {
  expect(await changedBy({ edge: true })).toEqual(['padlock-edge'])
  const { packages } = await hostBundle({ ...facts, edge: true })
  expect(Object.keys(packages['padlock-edge']?.units ?? {})).toEqual([
    'padlock-edge.socket',
    'padlock-edge.service',
  ])
})

test('what a stack does not use is no package of its host', async () => {
  expect(Object.keys((await hostBundle(facts)).packages)).not.toContain('padlock-tunnels')
  expect(await changedBy({ tunnels: true })).toEqual(['padlock-tunnels'])
  expect(await changedBy({ managed: '17' })).toEqual(['padlock-managed'])
  expect(await changedBy({ seed: true })).toEqual(['padlock-seed'])
})

test('so is what mounts a volume, by its name', async () => {
  expect(await changedBy({ volume: 'padlock-dev-1a2b3c4d' })).toEqual(['padlock-volume'])
  const [one, other] = await Promise.all(
    ['a', 'b'].map((volume) => hostBundle({ ...facts, volume })),
  )
  const units = (bundle?: typeof one) => bundle?.packages['padlock-volume']?.units ?? {}
  expect(Object.keys(units(one))).toEqual(['srv-volume.mount', 'padlock-volume.service'])
  expect(units(one)['srv-volume.mount']).toMatch(/^daemon-reload /)
  expect(units(one)['srv-volume.mount']).not.toBe(units(other)['srv-volume.mount'])
})

test('the volume is checked and mounted for files alone, and not once it is let go of', async () => {
  const { path } = await hostBundle({ ...facts, volume: 'padlock-dev-1a2b3c4d' })
  const script = `tar -xOf "$1" --wildcards 'packages/padlock-volume_*' >"$2/x.deb" &&
    dpkg-deb --fsys-tarfile "$2/x.deb" | tar -xO --wildcards '*srv-volume.mount'`
  const unit = execFileSync('sh', ['-c', script, 'sh', path, newFolder()], { encoding: 'utf8' })
  const check =
    'systemd-fsck@dev-disk-by\\x2did-scsi\\x2d0DO_Volume_padlock\\x2ddev\\x2d1a2b3c4d.service'
  expect(unit.split('\n')).toEqual(
    expect.arrayContaining([
      'ConditionPathExists=!/var/lib/padlock/volume-let-go',
      ...[`Wants=${check}`, `After=${check}`],
      'What=/dev/disk/by-id/scsi-0DO_Volume_padlock-dev-1a2b3c4d',
      'Options=nofail,noatime,nosuid,nodev',
    ]),
  )
})

test('PostgreSQL is a package of its own, whose upgrades come in the hour before the reboot', async () => {
  expect(await changedBy({ database: '17' })).toEqual(['padlock-database'])
  expect(await changedBy({ backups: true })).toEqual(['padlock-backup'])
  expect(await timer('padlock-database', '03:30')).toBe(
    '[Timer]\nOnCalendar=\nOnCalendar=*-*-* 02:30 UTC\nRandomizedDelaySec=30m\n',
  )
  expect(await timer('padlock-database', '00:05')).toContain('OnCalendar=*-*-* 23:05 UTC\n')
})

/** What the package has in the place of its timer's own times, where a host may reboot at that time. */
async function timer(name: string, rebootTime: string): Promise<string> {
  const { path } = await hostBundle({ ...facts, database: '17', backups: true, rebootTime })
  const script = `tar -xOf "$1" --wildcards "packages/$3_*" >"$2/x.deb" &&
    dpkg-deb --fsys-tarfile "$2/x.deb" | tar -xO --wildcards '*.timer.d/*.conf'`
  return execFileSync('sh', ['-c', script, 'sh', path, newFolder(), name], { encoding: 'utf8' })
}

test('the nightly backup is begun an hour and more before the upgrades', async () => {
  expect(await timer('padlock-backup', '03:30')).toBe(
    '[Timer]\nOnCalendar=\nOnCalendar=*-*-* 01:00 UTC\nRandomizedDelaySec=30m\n',
  )
  expect(await timer('padlock-backup', '02:00')).toContain('OnCalendar=*-*-* 23:30 UTC\n')
  const units = async (rebootTime: string) =>
    (await hostBundle({ ...facts, backups: true, rebootTime })).packages['padlock-backup']?.units[
      'padlock-backup.timer'
    ]
  expect(await units('02:00')).toMatch(/^restart /)
  expect(await units('02:00')).not.toBe(await units('03:30'))
})

/** A file of the package, and its field Depends, by the version of PostgreSQL. */
const ofDatabase = (database: string, name: string) => of('padlock-database', { database }, name)

async function of(own: string, more: Partial<HostSoftware>, name: string): Promise<string> {
  const { path } = await hostBundle({ ...facts, ...more })
  const script = `tar -xOf "$1" --wildcards "packages/$4_*" >"$2/x.deb" &&
    if [ "$3" = Depends ]; then dpkg-deb --field "$2/x.deb" Depends
    else dpkg-deb --fsys-tarfile "$2/x.deb" | tar -xO --wildcards "*/$3"; fi`
  const words = ['-c', script, 'sh', path, newFolder(), name, own]
  return execFileSync('sh', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

test('Debian’s PostgreSQL needs no other repository', async () => {
  expect(await ofDatabase('17', 'Depends')).not.toContain('postgresql-18')
  expect(await ofDatabase('17', 'version')).toBe('17\n')
  await expect(ofDatabase('17', 'postgresql.sources')).rejects.toThrow()
})

test('a newer one comes from the project’s own, which gives nothing else, beside Debian’s', async () => {
  expect(await ofDatabase('18', 'Depends')).toMatch(/ postgresql-17, .*postgresql-18\n$/)
  expect(await ofDatabase('18', 'version')).toBe('18\n')
  expect(await ofDatabase('18', 'early/etc/apt/sources.list.d/postgresql.sources')).toBe(
    'Types: deb\nURIs: https://apt.postgresql.org/pub/repos/apt\nSuites: trixie-pgdg\nComponents: main\nSigned-By: /etc/apt/keyrings/postgresql.asc\n',
  )
  const pin = 'Pin: release o=apt.postgresql.org,n=trixie-pgdg'
  expect(await ofDatabase('18', 'preferences.d/padlock-postgresql')).toBe(
    `Package: *\n${pin}\nPin-Priority: -1\n\nPackage: postgresql-18 postgresql-client-18 libpq5\n${pin}\nPin-Priority: 990\n`,
  )
  expect(await ofDatabase('18', 'apt.conf.d/52padlock-postgresql')).toContain(
    'Origins-Pattern:: "origin=apt.postgresql.org,codename=trixie-pgdg"',
  )
  // https://www.postgresql.org/download/linux/debian/
  expect(fingerprint(await ofDatabase('18', 'keyrings/postgresql.asc'))).toBe(
    'B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8',
  )
})

test('a managed database that is newer than Debian’s client is read by the project’s', async () => {
  const ofManaged = (managed: string, name: string, database?: string) =>
    of('padlock-managed', { managed, ...(database && { database }) }, name)
  expect(await ofManaged('16', 'Depends')).not.toContain('postgresql-client-')
  await expect(ofManaged('17', 'postgresql.sources')).rejects.toThrow()
  for (const database of [undefined, '17']) {
    expect(await ofManaged('18', 'Depends', database)).toContain('postgresql-client-18')
    expect(await ofManaged('18', 'postgresql.sources', database)).toContain('trixie-pgdg')
  }
  // The package of the database on the host brings them.
  expect(await ofManaged('18', 'Depends', '18')).toContain('postgresql-client-18')
  await expect(ofManaged('18', 'postgresql.sources', '18')).rejects.toThrow()
})
