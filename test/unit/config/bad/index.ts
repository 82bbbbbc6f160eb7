import { app } from './app.ts'
import { backups } from './backups.ts'
import type { BadConfiguration } from './bad-configuration.ts'
import { database } from './database.ts'
import { droplet } from './droplet.ts'
import { environment } from './environment.ts'
import { image } from './image.ts'
import { keys } from './keys.ts'
import { login } from './login.ts'
import { names } from './names.ts'
import { repository } from './repository.ts'
import { seed } from './seed.ts'
import { stack } from './stack.ts'
import { tls } from './tls.ts'
import { tunnels } from './tunnels.ts'
import { volume } from './volume.ts'

/** All of them, by groups of keys. */
export const badConfigurations: BadConfiguration[] = [
  ...stack,
  ...tunnels,
  ...names,
  ...droplet,
  ...volume,
  ...backups,
  ...seed,
  ...database,
  ...tls,
  ...repository,
  ...login,
  ...image,
  ...environment,
  ...app,
  ...keys,
]
