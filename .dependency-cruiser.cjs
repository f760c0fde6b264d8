/** The one way of imports: entry points → use cases → domain; adapters implement ports; nobody else knows adapters. */
const pure = '^shared/(domain|contract)/';
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment: 'The domain knows only itself and the contract: no I/O, clock, environment, SDK or library.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: [pure] },
    },
    {
      name: 'contract-stands-alone',
      severity: 'error',
      from: { path: '^shared/contract/' },
      to: { pathNot: ['^shared/contract/'] },
    },
    {
      name: 'use-cases-know-ports-only',
      comment: 'Use cases reach the world through shared/ports.ts.',
      severity: 'error',
      from: { path: '^shared/(audit|translate|doctor|history|restore|verify)/' },
      to: { path: ['^shared/adapters/', '^(functions|cli|infra|lab|bench|test)/'] },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^shared/adapters/([^/]+)/' },
      to: { path: '^shared/adapters/([^/]+)/', pathNot: '^shared/adapters/$1/' },
    },
    {
      name: 'only-the-writer-writes',
      comment: 'Reading and auditing never write to Kafka: the requests that do are known to the OffsetWriter alone.',
      severity: 'error',
      from: {
        pathNot: [
          '^shared/adapters/kafka/(offset-writer\\.ts|writing/)',
          '^(lab|bench|test)/',
          '/wire/offset-delete\\.ts$',
        ],
      },
      to: { path: '^shared/adapters/kafka/(wire/offset-(commit|delete)\\.ts|writing/)' },
    },
    {
      name: 'shared-knows-no-entry-point',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|cli|infra|lab|bench|test)/' },
    },
    {
      name: 'product-knows-no-lab',
      severity: 'error',
      from: { path: '^(functions|cli|infra|shared|bin)/' },
      to: { path: '^(lab|bench|test)/' },
    },
    {
      name: 'no-unlisted-dependency',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(functions|cli|shared|bin)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: ['node_modules/@types/'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.(c?js|mjs)$', '\\.test\\.ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|cdk\\.out)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
