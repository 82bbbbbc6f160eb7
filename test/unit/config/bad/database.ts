import type { BadConfiguration } from './bad-configuration.ts'

const ALLOWED = 'Allowed: names other than DATABASE_URL, each once.'

/** The app's database. */
export const database: BadConfiguration[] = [
  {
    title: 'another kind of database',
    raw: { database: 'mysql' },
    messages: [
      'database = "mysql" is none of none, local, managed. Allowed: none, local, managed.\n    Fix: pulumi config set database local',
    ],
  },
  {
    title: 'a database without a volume',
    raw: { database: 'local' },
    messages: [
      'database is local, and there is no volume that its rows could lie on. Allowed: local only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config set database none',
    ],
  },
  {
    title: 'a database that is managed',
    raw: { database: 'managed' },
    messages: [
      'database is managed, which this version cannot make yet. Allowed: none, local.\n    Fix: pulumi config set database local',
    ],
  },
  {
    title: 'a database beside the address of another one',
    raw: {
      database: 'local',
      volume: 10,
      appEnv: { DATABASE_URL: 'postgresql://elsewhere/app' },
    },
    messages: [
      `appEnv.DATABASE_URL is set by database = local. ${ALLOWED}\n    Fix: pulumi config rm --path 'appEnv.DATABASE_URL'`,
    ],
  },
  {
    title: 'a database beside the address of another one, secret',
    raw: {
      database: 'local',
      volume: 10,
      appSecrets: { DATABASE_URL: 'postgresql://hunter2@elsewhere/app' },
    },
    context: { secretKeys: ['appSecrets'] },
    messages: [
      `appSecrets.DATABASE_URL is set by database = local. ${ALLOWED}\n    Fix: pulumi config rm --path 'appSecrets.DATABASE_URL'`,
    ],
  },
]
