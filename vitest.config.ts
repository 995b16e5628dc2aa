import { defineConfig } from 'vitest/config';
import LongestFirst from './infra/tools/src/longest-first.ts';

const conditions = ['source', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

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
          // Four files and the servers share the processors.
          testTimeout: 30_000,
          maxWorkers,
        },
      },
      {
        ...shared,
        test: {
          name: 'medium',
          include: ['{libs,services,infra}/**/*.medium.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['{services,infra}/**/*.e2e.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
