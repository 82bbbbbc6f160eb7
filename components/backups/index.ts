import * as pulumi from '@pulumi/pulumi'
import type { BackupSettings, S3BackupSettings } from '../../config/backups/index.ts'
import { Backups, type BackupsArgs } from './backups.ts'
import { SpacesBackups } from './spaces.ts'

/** Backups of the host to a bucket of its own, or to one that is there; undefined where the settings want none. */
export function deployBackups(
  name: string,
  settings: BackupSettings | undefined,
  args: Omit<
    BackupsArgs,
    'place' | 'reader' | 'copy' | 'keepDaily' | 'keepWeekly' | 'protect' | 'keep'
  >,
  opts: pulumi.ComponentResourceOptions,
): Backups | undefined {
  if (!settings) return undefined
  const { place, reader, copy } =
    settings.kind === 'spaces' ? new SpacesBackups(name, settings, opts) : ofAnotherS3(settings)
  const { keepDaily, keepWeekly, protect, keep } = settings
  const all = { ...args, place, reader, copy, keepDaily, keepWeekly, protect, keep }
  return new Backups(name, all, opts)
}

const ofAnotherS3 = ({ place, reader }: S3BackupSettings) => ({
  place: pulumi.secret(place),
  reader: reader && pulumi.secret(reader),
  copy: undefined,
})
