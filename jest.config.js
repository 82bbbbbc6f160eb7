/** Packages that are ES modules only and that tests import: compiled like the tests themselves. */
const modules = [
  '@octokit',
  'before-after-hook',
  'content-type',
  'json-with-bigint',
  'leven',
  'toad-cache',
  'universal-user-agent',
]

/** One configuration for every suite; `make test` picks them by folder. */
export default {
  testEnvironment: 'node',
  // Milliseconds after which a test hangs: several suites share the cores.
  testTimeout: 90_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: [],
  transformIgnorePatterns: [`/node_modules/(?!(${modules.join('|')})/)`],
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
      },
    ],
  },
}
