import { defineConfig } from 'vitest/config';
import LongestFirst from './infra/tools/src/longest-first.ts';

const conditions = ['source', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

/** Limits end what hangs. They judge no speed: others may use the same processors. */
const limits = (seconds: number) => ({
  testTimeout: seconds * 1_000,
  hookTimeout: seconds * 1_000,
  expect: { poll: { timeout: seconds * 500 } },
});

/** Unit and medium tests share one pool: the ones compute, the others wait for servers most of the time. */
const maxWorkers = 4;

/** Sources are read through the `source` export condition: no build before unit and medium tests. */
export default defineConfig({
  ...shared,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{libs,services,infra,schemas}/**/*.spec.ts'],
          exclude: ['**/*.medium.spec.ts', '**/*.e2e.spec.ts', '**/node_modules/**', '**/dist/**'],
          // Pure code: loading it again for each file took three quarters of the time.
          isolate: false,
          ...limits(120),
          maxWorkers,
        },
      },
      {
        ...shared,
        test: {
          name: 'medium',
          include: ['{libs,services,infra}/**/*.medium.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...limits(480),
          maxWorkers,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['{services,infra}/**/*.e2e.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...limits(480),
          maxWorkers: 2,
        },
      },
    ],
  },
});
