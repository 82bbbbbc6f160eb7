/**
 * The rooms of this project and the doors between them: what a room may import beside itself.
 * docs/architecture.md has the picture. Checked by `make test SUITES=lint`.
 */
const DOORS = {
  'start.js': ['index.ts'],
  'index.ts': ['config', 'components'],
  config: [],
  components: ['config', 'cloud-init', 'host'],
  'cloud-init': ['config/ssh-key.ts'],
  host: [],
  policy: ['config'],
  // A report compares two Caddyfiles apart from the ways to replicas.
  ops: ['policy', 'config', 'components/probe', 'components/site/upstreams.ts', 'host'],
  sandbox: ['ops/engine'],
  app: [],
  // test: all
}

const pattern = (room) => `^${room.replaceAll('.', '\\.')}(/|$)`
const doors = Object.entries(DOORS).map(([room, others]) => ({
  name: `door-of-${room}`,
  comment: `${room} may import ${others.join(', ') || 'nothing'} beside itself`,
  severity: 'error',
  from: { path: pattern(room) },
  to: {
    pathNot: ['(^|/)node_modules/', ...[room, ...others].map(pattern)],
    dependencyTypesNot: ['core'],
  },
}))

/** What an operator installs with --omit=dev must run. */
const PRODUCTION = ['start.js', 'index.ts', 'config', 'components', 'cloud-init']
  .concat(['host', 'policy', 'ops'])
  .map(pattern)

export default {
  forbidden: [
    ...doors,
    {
      name: 'undeclared',
      comment: 'package.json must name every package that is imported',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
    {
      name: 'dev-in-production',
      comment: "operators' jobs install with --omit=dev",
      severity: 'error',
      from: { path: PRODUCTION },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^\\.sandbox/', '^app/\\.venv/', '^test/fixtures/', '^examples/'] },
    // The policy pack has a package.json of its own, which names no packages.
    combinedDependencies: true,
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
