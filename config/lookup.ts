import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** `.localhost` is this computer (RFC 6761 6.3), whatever its resolver knows. */
export const lookupName: LookupFunction = (name, options, done) =>
  lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, options, done)
