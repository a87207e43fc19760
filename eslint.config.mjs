import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import temporalPlugin from 'eslint-plugin-temporal';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const temporal = temporalPlugin.default ?? temporalPlugin;

/**
 * Which folder may import from which others. Imports point one way: client → workflow types; worker → activities → rancher;
 * workflows → types only. `types` may be imported with `import type` alone, `lazy` with `import()` or `import type` alone.
 */
const CONTRACTS = ['', 'lane-', 'release-', 'pipeline-'].map((what) => `workflows/${what}contract.ts`);
const FOLDERS = {
  decision: { may: [] },
  rancher: { may: [] },
  // Where secrets come from, and what is encrypted with them: for the client and the worker alike.
  credentials: { may: [] },
  codec: { may: ['credentials'] },
  // Temporal's own settings, for both too.
  connection: { may: [] },
  // It must not share the product's mistakes.
  simulator: { may: [] },
  workflows: { may: ['decision'], types: ['activities'] },
  activities: { may: ['rancher', 'decision'], types: CONTRACTS },
  // It talks to Temporal, never to Rancher; what starts a worker or the simulator is loaded only by the commands that need it.
  client: { may: ['decision', 'credentials', 'codec', 'connection', ...CONTRACTS], lazy: ['worker', 'simulator'] },
  worker: { may: ['activities', 'rancher', 'decision', 'workflows', 'credentials', 'codec', 'connection'] },
};

/** Packages (and Node's own modules) by folder: a pattern of what is refused, and why. */
const TEMPORAL = {
  regex: '^@temporalio/',
  message: 'Nothing of Temporal here: it belongs to workflows/, activities/, worker/, codec/ and client/.',
};
const ANY_PACKAGE = {
  regex: '^[^.]',
  message: 'Pure functions over plain data: they import nothing from outside decision/.',
};
const NOT_FOR_WORKFLOWS = {
  regex: '^(?!\\.|@temporalio/(?:workflow|common)$)',
  message:
    'Workflow code imports @temporalio/workflow, @temporalio/common and decision/ only: no Node modules, no packages.',
};
const RANCHER_PACKAGES = {
  regex: '^(?:node-fetch|lossless-json)(?:/|$)',
  message: 'Only a worker talks to Rancher: this package belongs to rancher/.',
};
const NODE_ONLY = {
  regex: '^(?!\\.|node:)',
  message: "Node's own modules only: every command of the client loads it.",
};
const CODEC_PACKAGES = {
  regex: '^(?!\\.|node:|@temporalio/common$)',
  message: "Node's own modules and @temporalio/common only: every command of the client loads it.",
};
const CONNECTION_PACKAGES = {
  regex: '^(?!\\.|node:|@temporalio/envconfig$)',
  message: "Node's own modules and @temporalio/envconfig only: every command of the client loads it.",
};
const PACKAGES = {
  decision: [ANY_PACKAGE],
  rancher: [TEMPORAL],
  credentials: [NODE_ONLY],
  codec: [CODEC_PACKAGES],
  connection: [CONNECTION_PACKAGES],
  simulator: [TEMPORAL],
  workflows: [NOT_FOR_WORKFLOWS],
  activities: [],
  client: [RANCHER_PACKAGES],
  worker: [],
};

/** In these, even a lazy import would cross the line or break the determinism of a workflow. */
const NO_DYNAMIC_IMPORT = ['decision', 'workflows'];

const names = Object.keys(FOLDERS);
const topOf = (path) => path.split('/')[0];

/** Files that may never be reached, by value, by type or lazily: held on resolved paths, so that no spelling gets around it. */
const zones = names.flatMap((folder) => {
  const { may, types = [], lazy = [] } = FOLDERS[folder];
  const allowed = [...may, ...types, ...lazy];
  return [...names, 'test', 'bench']
    .filter((other) => other !== folder && !allowed.includes(other))
    .map((other) => ({
      target: `./${folder}`,
      from: `./${other}`,
      except: allowed
        .filter((path) => path !== topOf(path) && topOf(path) === other)
        .map((path) => path.replace(/^[^/]+/, '.')),
      message: `${folder}/ may not import this from ${other}/: see "Which folder may import which" in CONTRIBUTING.md.`,
    }));
});

const asPattern = (path) => path.replace(/\.ts$/, '(?:\\.js)?$').replace(/^([^/]+)$/, '$1/');
const typeOnly = (path) => ({
  regex: `^(?:\\./)*(?:\\.\\./)+${asPattern(path)}`,
  allowTypeImports: true,
  message: 'Only its types: `import type`.',
});
const lazily = (path) => ({
  regex: `^(?:\\./)*(?:\\.\\./)+${asPattern(path)}`,
  allowTypeImports: true,
  message: 'Loaded lazily, by `import()`, so that a client that starts nothing loads nothing.',
});

const restrictedImports = (patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] });

const directions = names.map((folder) => {
  const { types = [], lazy = [] } = FOLDERS[folder];
  return {
    files: [`${folder}/**/*.ts`],
    rules: restrictedImports([...PACKAGES[folder], ...types.map(typeOnly), ...lazy.map(lazily)]),
  };
});

export default defineConfig(
  { ignores: ['dist/', 'dist-suites/', 'coverage/', 'node_modules/', '.drover/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', process: 'readonly', __dirname: 'readonly' },
    },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.js', '.json'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
    },
    rules: {
      // `== null` asks for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // What a signal changes while a step awaits is a condition, although control flow analysis cannot see it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An error that was caught elsewhere is thrown on as it came.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      // An activity returns a promise even where it has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Temporal's protobuf enums and its own string constants stand for one another.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // Types are structural: a plain object may stand for an instance of a library's class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Spreading a string is how one gets its code points.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/no-cycle': 'error',
      'import-x/no-self-import': 'error',
    },
  },
  ...directions,
  {
    // The commands that start something, loaded lazily themselves by the command table.
    files: ['client/cli/commands/**/*.ts', 'client/demo/**/*.ts'],
    rules: restrictedImports(PACKAGES.client),
  },
  {
    files: NO_DYNAMIC_IMPORT.map((folder) => `${folder}/**/*.ts`),
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'No lazy imports here: a static import shows the direction.' },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    plugins: { temporal },
    rules: {
      'temporal/workflow-no-client-import': 'error',
      'temporal/workflow-no-worker-import': 'error',
      'temporal/workflow-no-node-or-dom-imports': 'error',
      'temporal/workflow-require-type-only-activity-imports': 'error',
      'temporal/workflow-no-process-env': 'error',
      'temporal/workflow-no-console': 'error',
      'temporal/workflow-no-async-query-handler': 'error',
      'temporal/workflow-no-query-mutation': 'error',
      'temporal/workflow-require-all-handlers-finished': 'error',
      'temporal/workflow-no-busy-wait': 'error',
      'temporal/workflow-no-setinterval': 'error',
      'temporal/workflow-no-top-level-workflow-side-effects': 'error',
      'temporal/workflow-prefer-workflow-uuid': 'error',
      'temporal/no-workflow-and-activity-in-same-file': 'error',
    },
  },
  {
    files: ['activities/**/*.ts'],
    plugins: { temporal },
    rules: {
      'temporal/activity-heartbeat-in-long-loops': 'error',
      'temporal/activity-use-cancellation-signal': 'error',
      'temporal/activity-context-not-stored': 'error',
    },
  },
  {
    files: ['client/**/*.ts', 'worker/**/*.ts'],
    plugins: { temporal },
    rules: { 'temporal/task-queue-constant': 'error' },
  },
  {
    files: ['client/temporal/**/*.ts'],
    plugins: { temporal },
    rules: { 'temporal/client-require-workflow-id': 'error' },
  },
  {
    // Values there are JSON as it came over the wire.
    files: ['simulator/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-base-to-string': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Jest's asymmetric matchers (`expect.stringContaining` and its like) are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      // The escapes of a terminal are what is looked for.
      'no-control-regex': 'off',
    },
  },
  prettier,
);
