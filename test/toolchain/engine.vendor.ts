import type { Vendor } from '../../sandbox/toolchain/engine/vendor.ts'

/** A vendor whose site does not answer. */
export const unreachable: Vendor = {
  reachable: async () => false,
  installEngine: () => Promise.reject(new Error('asked for an engine')),
  installPlugin: () => Promise.reject(new Error('asked for a plugin')),
}
