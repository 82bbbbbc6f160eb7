import type * as pulumi from '@pulumi/pulumi'
import type { BackupSettings } from '../../config/backups/index.ts'
import { Backups, type BackupsArgs } from './backups.ts'
import { SpacesBackups } from './spaces.ts'

/** Backups of the host to a bucket of its own; undefined where the settings want none. */
export function deployBackups(
  name: string,
  settings: BackupSettings | undefined,
  args: Omit<BackupsArgs, 'place' | 'keepDaily' | 'keepWeekly'>,
  opts: pulumi.ComponentResourceOptions,
): Backups | undefined {
  if (!settings) return undefined
  const { place } = new SpacesBackups(name, settings, opts)
  const { keepDaily, keepWeekly } = settings
  return new Backups(name, { ...args, place, keepDaily, keepWeekly }, opts)
}
