import type { types } from '@pulumi/command'
import {
  hasUnknown,
  isObject,
  isOutput,
  reveal,
  SIGNATURE,
  SIGNATURES,
  secret,
  type Value,
  type Values,
} from '../server/values.ts'
import type { Fields } from './schema.ts'

export const CONNECTION: Fields<types.input.remote.ConnectionArgs> = {
  name: 'remote.Connection',
  fields: {
    host: { kind: 'string', required: true },
    port: { kind: 'float64' },
    user: { kind: 'string' },
    password: { kind: 'string' },
    privateKey: { kind: 'string' },
    privateKeyPassword: { kind: 'string' },
    hostKey: { kind: 'string' },
    dialErrorLimit: { kind: 'int' },
    perDialTimeout: { kind: 'int' },
    agentSocketPath: { kind: 'string', unsupported: true },
    proxy: { kind: 'any', unsupported: true },
  },
}

const DEFAULTS = { user: 'root', port: 22, dialErrorLimit: 10, perDialTimeout: 15 }
const SECRETS = ['password', 'privateKey', 'privateKeyPassword']

/** Where and how to connect. */
export interface Connection {
  host: string
  port: number
  user: string
  password?: string
  privateKey?: string
  privateKeyPassword?: string
  /** One line of authorized_keys. */
  hostKey?: string
  /** Retries after a failed dial; -1 without end. */
  dialErrorLimit: number
  /** Seconds for the TCP connect alone; 0 without end. */
  perDialTimeout: number
}

/** A secret that is not known yet, as this plugin answers it. */
export const SECRET_UNKNOWN: Values = { [SIGNATURE]: SIGNATURES.output, secret: true }

/**
 * The connection as Check answers it: a secret with the defaults in it and the credentials secret
 * once more. One unknown field makes all of it unknown.
 */
function answered(connection: Value, defaults: Values): Value {
  if (isOutput(connection) || hasUnknown(connection)) return SECRET_UNKNOWN
  const plain = reveal(connection)
  if (!isObject(plain)) return connection
  const fields: Values = { ...defaults, ...plain }
  for (const name of SECRETS) {
    if (fields[name] !== undefined) fields[name] = secret(fields[name])
  }
  return secret(fields)
}

/**
 * Inputs or outputs with their connection in that form.
 * @param defaults none for inputs that are refused
 */
export function withConnection(values: Values, defaults: Values = DEFAULTS): Values {
  if (values.connection === undefined) return values
  return { ...values, connection: answered(values.connection, defaults) }
}

/** The connection in the clear, to be used. */
export function usableConnection(values: Values): Connection {
  return { ...DEFAULTS, ...(reveal(values.connection ?? null) as object) } as Connection
}
