/**
 * The storeys: an import runs downward only. The rules go by shape. What is not named here is a use case (in shared/) or
 * refused (in shared/domain/), so that a folder that did not exist before is held to them as well.
 */

/** shared/domain/, from above; storeys on one line do not know each other unless they are listed in order. */
const DOMAIN = [
  'failover',
  'restore',
  'reconcile',
  'tune',
  'notify',
  'history',
  'judge',
  'compare',
  'mirror',
  'markup',
  'model',
];
/** What every use case stands on, from above. All other folders of shared/ are use cases, but for the adapters. */
const FOUNDATIONS = ['survey', 'history', 'config', 'ports', 'text', 'domain', 'contract'];
const foundation = (names) => `^shared/(${names.join('|')})(/|\\.ts$)`;

/**
 * The files of a use case that say what is stored or sent, and in which form: the port that an adapter implements, its
 * errors and texts. They are known by their names.
 */
const PORT_FILE = '^shared/[^/]+/(stored-[^/]+|[^/]+-(store|outbox|target|errors|lineage))\\.ts$';
/** Kafka's requests that change nothing, and what all requests stand on. */
const READING_WIRE =
  'api|once|topic-partitions|authorized-operations|request-writer|response-reader|metadata|fetch|' +
  'offset-fetch|offset-for-leader-epoch|(describe|list|find)-[^/]+|[^/]+-describe';
/** All of Kafka's adapter but what reads. A file that did not exist before counts as writing until it is named here. */
const WRITES_KAFKA =
  '^shared/adapters/kafka/' +
  `(?!(cluster-reader|kafka-error-code)\\.ts$|(reading|connection|records)/|wire/(${READING_WIRE})\\.ts$)`;
/** What writes records, and the one command that does. */
const RECORD_WRITER = '^shared/adapters/kafka/replaying/';
const REPLAYS = '^cli/verbs/reconcile/replay-command\\.ts$';
const KAFKAJS = '(^|/)node_modules/kafkajs/';

/** A storey may import itself and what lies below it. */
const upward = (base, storeys, path) =>
  storeys.slice(1).map((storey, i) => ({
    name: `${base}-${storey}-imports-downward`,
    comment: `${storey} knows nothing of ${storeys.slice(0, i + 1).join(', ')}.`,
    severity: 'error',
    from: { path: path([storey]) },
    to: { path: path(storeys.slice(0, i + 1)) },
  }));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...upward('domain', DOMAIN, (names) => `^shared/domain/(${names.join('|')})/`),
    {
      name: 'domain-has-storeys',
      comment: 'A file of the domain lies on one of its storeys: give a new one its place in DOMAIN.',
      severity: 'error',
      from: { path: '^shared/domain/', pathNot: `^shared/domain/(${DOMAIN.join('|')})/` },
      to: {},
    },
    {
      name: 'domain-has-storeys-to',
      severity: 'error',
      from: {},
      to: { path: '^shared/domain/', pathNot: `^shared/domain/(${DOMAIN.join('|')})/` },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain knows only itself and the contract: no I/O, clock, environment, SDK or library.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: '^shared/(domain|contract)/' },
    },
    {
      name: 'contract-stands-alone',
      severity: 'error',
      from: { path: '^shared/contract/' },
      to: { pathNot: '^shared/contract/' },
    },
    ...upward('shared', FOUNDATIONS, foundation),
    {
      name: 'foundations-know-no-use-case',
      severity: 'error',
      from: { path: foundation(FOUNDATIONS) },
      to: { path: '^shared/', pathNot: foundation(FOUNDATIONS) },
    },
    {
      name: 'use-cases-do-not-know-each-other',
      comment: 'What two of them need lies in a foundation.',
      severity: 'error',
      from: { path: '^shared/([^/]+)/', pathNot: [foundation(FOUNDATIONS), '^shared/adapters/'] },
      to: { path: '^shared/[^/]+/', pathNot: [foundation(FOUNDATIONS), '^shared/adapters/', '^shared/$1/'] },
    },
    {
      name: 'only-ports-lie-beside-the-folders',
      comment: 'Any other file directly in shared/ would be a way around the rules for folders.',
      severity: 'error',
      from: {},
      to: { path: '^shared/[^/]+$', pathNot: '^shared/ports\\.ts$' },
    },
    {
      name: 'only-ports-lie-beside-the-folders-from',
      severity: 'error',
      from: { path: '^shared/[^/]+$', pathNot: '^shared/ports\\.ts$' },
      to: {},
    },
    {
      name: 'steps-know-no-run',
      comment: 'What carries steps out, such as run-failover.ts, knows the steps.',
      severity: 'error',
      from: { path: '^shared/([^/]+)/steps/' },
      to: { path: '^shared/$1/[^/]+-$1\\.ts$' },
    },
    {
      name: 'adapters-know-only-ports',
      comment:
        'Of what they serve they know ports. The files of ports know no more, or they would be a way around that.',
      severity: 'error',
      from: { path: ['^shared/adapters/', PORT_FILE] },
      to: {
        path: '^shared/',
        pathNot: ['^shared/(adapters|config|domain|contract)/', '^shared/ports\\.ts$', PORT_FILE],
      },
    },
    {
      name: 'adapters-have-folders',
      comment: 'A file beside the folders would be a way around the next rule.',
      severity: 'error',
      from: {},
      to: { path: '^shared/adapters/[^/]+$' },
    },
    {
      name: 'only-entry-points-know-adapters',
      comment: 'Whatever else lies in shared/ reaches the world through ports.',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/adapters/' },
      to: { path: '^shared/adapters/' },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^shared/adapters/([^/]+)/' },
      to: { path: '^shared/adapters/([^/]+)/', pathNot: '^shared/adapters/$1/' },
    },
    {
      name: 'only-adapters-reach-the-world',
      comment: 'SDKs, drivers, sockets and databases are for adapters. Configuration reads files.',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/adapters/' },
      to: { path: '(^|/)node_modules/(?!(zod|yaml)/)' },
    },
    {
      name: 'only-adapters-reach-the-machine',
      comment: 'The others need nothing of Node but what computes.',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/adapters/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|fs|path|url|util|zlib)(/|$)' },
    },
    {
      name: 'only-configuration-reads-files',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/(adapters|config)/' },
      to: { path: '^(node:)?fs(/|$)' },
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
      name: 'auditing-writes-nothing',
      comment:
        'Of the entry points only these verbs, and the steps of a failover, reach what writes to Kafka, fences or moves groups.',
      severity: 'error',
      from: {
        pathNot: [
          WRITES_KAFKA,
          '^cli/verbs/(restore|failover)/',
          REPLAYS,
          '^functions/failover-step/',
          '^(lab|bench|test)/',
        ],
      },
      to: { path: WRITES_KAFKA },
    },
    {
      name: 'only-a-replay-writes-records',
      comment: 'Whatever else writes to Kafka moves groups or fences. To list and to export what is lost only reads.',
      severity: 'error',
      from: { pathNot: [RECORD_WRITER, REPLAYS, '^(lab|bench|test)/'] },
      to: { path: RECORD_WRITER },
    },
    {
      name: 'a-replay-only-writes-records',
      comment: 'It neither fences nor moves groups.',
      severity: 'error',
      from: { path: REPLAYS },
      to: { path: WRITES_KAFKA, pathNot: RECORD_WRITER },
    },
    {
      name: 'only-connections-and-fencing-know-kafkajs',
      comment: 'The rest of the adapter speaks to brokers through connection/.',
      severity: 'error',
      from: { pathNot: ['^shared/adapters/kafka/(connection|fencing|replaying)/', '^(lab|bench|test)/'] },
      to: { path: KAFKAJS },
    },
    {
      name: 'only-fencing-has-kafkajs-clients',
      comment:
        "A connection has kafkajs's network, and types from its main entry: test/architecture.test.ts holds that.",
      severity: 'error',
      from: { pathNot: ['^shared/adapters/kafka/fencing/', '^(lab|bench|test)/'] },
      to: { path: `${KAFKAJS}(?!index\\.js$|src/(broker|loggers|network)/)` },
    },
    {
      name: 'shared-knows-no-entry-point',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '(^|/)node_modules/', '^node:'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'entry-points-do-not-know-each-other',
      comment: 'cli, functions and infra share what lies in shared/; the lab, benches and tests know them all.',
      severity: 'error',
      from: { path: '^(cli|functions|infra)/' },
      to: { path: '^(cli|functions|infra|bin)/', pathNot: '^$1/' },
    },
    {
      name: 'verbs-do-not-know-each-other',
      comment: 'What two of them need lies in options/, output/ or history/.',
      severity: 'error',
      from: { path: '^cli/verbs/([^/]+)/' },
      to: { path: '^cli/verbs/', pathNot: '^cli/verbs/$1/' },
    },
    {
      name: 'only-main-knows-verbs',
      comment: 'What serves several verbs knows none of them.',
      severity: 'error',
      from: { path: '^(cli|bin)/', pathNot: ['^cli/main\\.ts$', '^cli/verbs/[^/]+/'] },
      to: { path: '^cli/verbs/' },
    },
    {
      name: 'functions-do-not-know-each-other',
      comment: 'What two of them need lies in runtime/, which knows none of them.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/', pathNot: ['^functions/$1/', '^functions/runtime/'] },
    },
    {
      name: 'build-knows-no-product',
      comment: 'It compiles the sources, and runs none of them.',
      severity: 'error',
      from: { path: '^build/' },
      to: { dependencyTypes: ['local'], pathNot: '^build/' },
    },
    {
      name: 'product-knows-only-product',
      comment: 'No lab, bench or test, and no folder that did not exist before.',
      severity: 'error',
      from: { path: '^(bin|cli|functions|infra|shared)/' },
      to: { dependencyTypes: ['local'], pathNot: '^(bin|cli|functions|infra|shared)/' },
    },
    {
      name: 'sources-are-typescript',
      comment: 'The rules follow no import out of .mts and .cts. A file of another kind that nobody imports is unused.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['local'], pathNot: ['\\.ts$', '^jest\\.config\\.js$'] },
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
    exclude: { path: '^(dist|cdk\\.out)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
