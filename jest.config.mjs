// One runner, three kinds of test, named by how much of the world they need (docs/testing.md).
const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@jobstream/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/.jobstream', '<rootDir>/(.*/)?dist/'],
  transform: {
    '^.+\\.ts$': ['@swc/jest'],
  },
  ...more,
});

const onTheStack = {
  globalSetup: '<rootDir>/tools/stack/dist/jest/jest-setup.js',
  globalTeardown: '<rootDir>/tools/stack/dist/jest/jest-teardown.js',
};

const onThePlatform = { ...onTheStack, setupFilesAfterEnv: ['<rootDir>/e2e/setup.ts'] };

export default {
  // No promise: what a test waits for has a shorter limit, with a message of its own.
  testTimeout: 5 * 60_000,
  projects: [
    project('unit', ['<rootDir>/{apps,libs,tools}/*/src/**/*.spec.ts', '<rootDir>/bench/src/**/*.spec.ts']),
    project('int', ['<rootDir>/{apps,libs,tools}/*/src/**/*.int-spec.ts'], onTheStack),
    project('e2e', ['<rootDir>/e2e/*.e2e-spec.ts'], onThePlatform),
    project('parallel', ['<rootDir>/e2e/parallel/*.e2e-spec.ts'], onThePlatform),
    project('torture', ['<rootDir>/e2e/torture/*.e2e-spec.ts'], onThePlatform),
  ],
};
