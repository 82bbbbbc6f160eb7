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
    title: 'another kind of database beside it',
    raw: { database: 'managed', databaseBeside: 'sqlite' },
    messages: [
      'databaseBeside = "sqlite" is none of none, local, managed. Allowed: none, local, managed.\n    Fix: pulumi config set databaseBeside managed',
    ],
  },
  {
    title: 'a database beside none',
    raw: { databaseBeside: 'managed' },
    messages: [
      'databaseBeside = "managed" is beside no database. Allowed: absent where database is none.\n    Fix: pulumi config rm databaseBeside',
    ],
  },
  {
    title: 'two databases of a kind',
    raw: { database: 'managed', databaseBeside: 'managed' },
    messages: [
      'databaseBeside = "managed" is what database is, and a stack has one of a kind. Allowed: none, or local.\n    Fix: pulumi config rm databaseBeside',
    ],
  },
  {
    title: 'a database beside it without a volume',
    raw: { database: 'managed', databaseBeside: 'local' },
    messages: [
      'databaseBeside is local, and there is no volume that its rows could lie on. Allowed: local only where volume is set.\n    Fix: pulumi config set volume 10, or pulumi config set databaseBeside none',
    ],
  },
  {
    title: 'a version that the host has not',
    raw: { database: 'local', volume: 1, databaseVersion: '16' },
    messages: [
      'databaseVersion = "16" is none of the host\'s. Allowed: 17, 18 where database is local.\n    Fix: pulumi config set databaseVersion 17',
    ],
  },
  {
    title: 'bad values of a managed database',
    raw: {
      ...{ database: 'managed', databaseSize: 'huge', databaseNodes: 4 },
      ...{ databasePool: -1, databaseVersion: '12' },
    },
    messages: [
      'databaseSize = "huge" is no size slug. Allowed: a size slug of database nodes, as doctl databases options slugs --engine pg lists.\n    Fix: pulumi config set databaseSize db-s-1vcpu-1gb',
      'databaseNodes = 4 is not a number of nodes. Allowed: a whole number from 1 to 3.\n    Fix: pulumi config set databaseNodes 1',
      'databasePool = -1 is not a number of connections, nor 0 for no pool. Allowed: a whole number from 0 to 997.\n    Fix: pulumi config set databasePool 0',
      'databaseVersion = "12" is none of 14, 15, 16, 17, 18. Allowed: 14, 15, 16, 17, 18.\n    Fix: pulumi config set databaseVersion 17',
    ],
  },
  {
    title: 'a standby node and a pool that the smallest size has no room for',
    raw: { database: 'managed', databaseNodes: 2, databasePool: 23 },
    messages: [
      'databaseNodes = 2 is more than db-s-1vcpu-1gb can have. Allowed: 1 with that size.\n    Fix: pulumi config set databaseSize db-s-1vcpu-2gb, or pulumi config rm databaseNodes',
      'databasePool = 23 is more than db-s-1vcpu-1gb has connections for. Allowed: up to 22 with that size.\n    Fix: pulumi config set databasePool 22',
    ],
  },
  {
    title: 'a pool of more connections than the largest size has',
    raw: { database: 'managed', databaseSize: 'gd-16vcpu-64gb', databasePool: 998 },
    messages: [
      'databasePool = 998 is not a number of connections, nor 0 for no pool. Allowed: a whole number from 0 to 997.\n    Fix: pulumi config set databasePool 0',
    ],
  },
  {
    title: 'nodes and a pool of a database that is not managed',
    raw: { databaseNodes: 2, databasePool: 5 },
    messages: [
      "databaseNodes = 2 is a managed database's, and database is none. Allowed: absent.\n    Fix: pulumi config rm databaseNodes, or pulumi config set database managed",
      "databasePool = 5 is a managed database's, and database is none. Allowed: absent.\n    Fix: pulumi config rm databasePool, or pulumi config set database managed",
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
