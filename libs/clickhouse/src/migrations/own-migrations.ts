import path from 'node:path';

/** infra/clickhouse/migrations of the repository or the image, seen from src/migrations and from dist/migrations alike. */
export const ownMigrations = path.join(import.meta.dirname, '../../../../infra/clickhouse/migrations');
