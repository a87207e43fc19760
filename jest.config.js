/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These take minutes: `npm run long`, `npm run measure…`.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/long/',
    '<rootDir>/test/e2e/truth-table/truth-table.test.ts',
    '<rootDir>/test/e2e/worker-kills.test.ts',
    '<rootDir>/test/e2e/server-kills.test.ts',
    '<rootDir>/test/e2e/client-kills.test.ts',
    '<rootDir>/test/workflows/faults.test.ts',
    '<rootDir>/test/workflows/pipeline.test.ts',
    '<rootDir>/test/workflows/create-missing.test.ts',
    '<rootDir>/test/e2e/health.test.ts',
    '<rootDir>/test/e2e/people.test.ts',
    '<rootDir>/test/workflows/worker-away.test.ts',
    '<rootDir>/test/e2e/metrics.test.ts',
    '<rootDir>/test/e2e/releases.test.ts',
    '<rootDir>/test/e2e/pipelines.test.ts',
    '<rootDir>/test/e2e/audit.test.ts',
    '<rootDir>/test/activities/promotion/copy-service.test.ts',
    '<rootDir>/test/e2e/approvals.test.ts',
    '<rootDir>/test/e2e/examples.test.ts',
    '<rootDir>/test/e2e/versions.test.ts',
    // `npm run histories`: it writes what test/replay/replay.test.ts replays.
    '<rootDir>/test/replay/record.test.ts',
    '<rootDir>/test/client/other-releases/',
    '<rootDir>/test/e2e/doctor/doctor-table.test.ts',
    '<rootDir>/test/e2e/local.test.ts',
    '<rootDir>/test/e2e/ci.test.ts',
    '<rootDir>/test/e2e/ci-examples.test.ts',
    '<rootDir>/test/workflows/messages/messages.test.ts',
    '<rootDir>/test/e2e/codec.test.ts',
    '<rootDir>/test/e2e/key-rotation.test.ts',
    '<rootDir>/test/e2e/gentle.test.ts',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/dist-suites/'],
  testTimeout: 60_000,
  // Most suites wait for a server: one worker for each core, not one less.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/slowest-first.js',
  // One Temporal dev server for the whole run (or the one at TEMPORAL_ADDRESS), and the workflows' bundle.
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // The commands are loaded by `import('….js')`, as Node wants it; here their sources stand for them.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // node-fetch 3 and what it needs are ES modules: jest has to turn them into CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(node-fetch|data-uri-to-buffer|fetch-blob|formdata-polyfill)/)'],
};
