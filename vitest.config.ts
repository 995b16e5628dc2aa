import { defineConfig } from 'vitest/config';

const conditions = ['source', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

/** Sources are read through the `source` export condition: no build before unit and medium tests. */
export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{libs,services,infra,schemas}/**/*.spec.ts'],
          exclude: ['**/*.medium.spec.ts', '**/*.e2e.spec.ts', '**/node_modules/**', '**/dist/**'],
          // Pure code: loading it again for each file took three quarters of the time.
          isolate: false,
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
          maxWorkers: 2,
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
