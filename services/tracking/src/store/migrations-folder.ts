import path from 'node:path';

/** infra/clickhouse/migrations of the repository or the image, seen from src/store and from dist/store alike. */
export const migrationsFolder = path.join(import.meta.dirname, '../../../../infra/clickhouse/migrations');
