import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What a kind of project may import. Imports only point down; a project whose tags match nothing may import no lib. */
const kinds = {
  app: ['stage', 'domain', 'platform', 'jobs', 'contracts', 'client'],
  // It runs in browsers.
  console: ['contracts', 'client'],
  command: ['contracts', 'client', 'platform', 'tool'],
  stage: ['domain', 'platform', 'jobs', 'contracts'],
  domain: ['contracts'],
  platform: ['contracts', 'platform'],
  jobs: ['contracts'],
  worker: ['stage', 'platform', 'contracts'],
  contracts: [],
  client: ['contracts'],
  tool: ['platform', 'jobs', 'contracts', 'tool', 'client'],
  testing: ['stage', 'domain', 'platform', 'jobs', 'contracts', 'client', 'tool'],
  e2e: ['testing', 'platform', 'jobs', 'contracts', 'client'],
  bench: ['testing', 'stage', 'platform', 'jobs', 'contracts'],
};

/**
 * The stages that each stage may import; none where it is not named. Those that make new jobs do so through intake. Status
 * answers from the rows of the projection, what intake has just accepted and has no row yet, and the claims of execution.
 * Execution checks the flows that handlers make, so flows come with it.
 */
const stagesOf = {
  replay: ['intake'],
  scheduling: ['intake'],
  flows: ['intake'],
  webhooks: ['intake'],
  execution: ['intake', 'flows'],
  status: ['intake', 'projection', 'execution', 'flows'],
};

/** Who may import a vendor's package; everyone else may not. */
const fences = {
  kafkajs: ['kafka', 'stack', 'testing', 'bench'],
  typeorm: ['database'],
  pg: ['database', 'stack', 'testing', 'bench'],
  sharp: ['images', 'testing', 'bench'],
};

/** Every project of the repository, with the tags that its package.json has for Nx. */
const projects = ['apps', 'libs', 'tools', 'bench']
  .map((folder) => join(import.meta.dirname, folder))
  .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
  .map((folder) => join(folder, 'package.json'))
  .filter(existsSync)
  .map((file) => JSON.parse(readFileSync(file, 'utf8')).nx?.tags ?? [])
  .map((tags) => ({ name: valueOf(tags, 'name'), type: valueOf(tags, 'type') }));
const stages = projects.filter(({ type }) => type === 'stage').map(({ name }) => name);

function valueOf(tags, key) {
  return tags.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1);
}

const byKind = Object.entries(kinds).map(([kind, allowed]) => ({
  sourceTag: `type:${kind}`,
  onlyDependOnLibsWithTags: allowed.map((other) => `type:${other}`),
}));
byKind.find(({ sourceTag }) => sourceTag === 'type:stage').onlyDependOnLibsWithTags.push('type:stage');

const betweenStages = stages.map((stage) => ({
  sourceTag: `name:${stage}`,
  notDependOnLibsWithTags: stages
    .filter((other) => other !== stage && !stagesOf[stage]?.includes(other))
    .map((other) => `name:${other}`),
}));

const byVendor = projects.map(({ name }) => ({
  sourceTag: `name:${name}`,
  bannedExternalImports: Object.keys(fences).filter((vendor) => !fences[vendor].includes(name)),
}));

const withoutNest = ['contracts', 'jobs', 'lifecycle', 'client', 'console'].map((project) => ({
  sourceTag: `name:${project}`,
  bannedExternalImports: ['@nestjs/*', 'pino', 'undici', 'fastify'],
}));

/** Tests of any project may use the handles of `libs/testing`, and the job types that ship. */
const byKindInTests = byKind.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [...onlyDependOnLibsWithTags, 'type:testing', 'type:jobs'],
}));

function boundaries(betweenKinds) {
  return [
    'error',
    {
      allow: [],
      enforceBuildableLibDependency: false,
      banTransitiveDependencies: true,
      // libs/worker loads it when a worker runs, and at once for tests: these are exports of their own.
      checkDynamicDependenciesExceptions: ['@jobstream/execution'],
      checkNestedExternalImports: false,
      depConstraints: [...betweenKinds, ...betweenStages, ...byVendor, ...withoutNest],
    },
  ];
}

/** What is due, expires or is dated goes by the broker's clock or Postgres': this machine's may be anything. */
const clockAdvice =
  "Take the time from a clock that the broker or Postgres has corrected (BrokerClock, DatabaseClock), or performance.now() for how long something lasts: this machine's clock may be anything.";
const thisMachinesClock = [
  "MemberExpression[object.name='Date'][property.name='now']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "CallExpression[callee.name='Date']",
  "CallExpression[callee.name='newJobId'][arguments.length=0]",
].map((selector) => ({ selector, message: clockAdvice }));

/** Who may go by this machine's clock: its log, what measures it, and what runs beside a person. */
const goByThisMachine = [
  'libs/runtime/src/logger.ts',
  'libs/runtime/src/clock-watch.ts',
  'libs/contracts/src/job-id.ts',
  'libs/client/**',
  'libs/testing/**',
  'apps/cli/**',
  'apps/console/**',
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.jobstream', '.nx', 'bench/results'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(byKind),
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['apps/console/src/**/*.ts', 'apps/console/src/**/*.tsx'],
    languageOptions: {
      parserOptions: { project: './apps/console/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    // Its types know Node, because those of libs/client do; a browser does not.
    rules: { 'no-restricted-globals': ['error', 'process', 'Buffer', 'global', 'require'] },
  },
  {
    files: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/*spec.ts', ...goByThisMachine],
    rules: { 'no-restricted-syntax': ['error', ...thisMachinesClock] },
  },
  {
    // Commands that talk to a person on a terminal.
    files: ['tools/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*spec.ts', 'e2e/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(byKindInTests),
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'no-console': 'off',
    },
  },
  {
    // Projects of their own, which take what they need from packages.
    files: ['examples/**/*.ts', 'tools/create/template/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  prettier,
);
