import * as pulumi from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import { Backups, type BackupsArgs } from './backups.ts'
import { SpacesBackups } from './spaces.ts'

/** Backups of the host to a bucket of its own, or to one that is there; undefined where the settings want none. */
export function deployBackups(
  name: string,
  settings: BackupSettings | undefined,
  args: Omit<BackupsArgs, 'place' | 'copy' | 'keepDaily' | 'keepWeekly'>,
  opts: pulumi.ComponentResourceOptions,
): Backups | undefined {
  if (!settings) return undefined
  const { place, copy } =
    settings.kind === 'spaces'
      ? new SpacesBackups(name, settings, opts)
      : { place: pulumi.secret(settings.place), copy: undefined }
  const { keepDaily, keepWeekly } = settings
  return new Backups(name, { ...args, place, copy, keepDaily, keepWeekly }, opts)
}
