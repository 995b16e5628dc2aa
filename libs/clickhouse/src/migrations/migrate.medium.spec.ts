import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolatedClickHouse } from '../clickhouse-under-test.ts';
import * as featureTables from '../tables/feature-tables.ts';
import * as predictionTables from '../tables/prediction-tables.ts';
import { migrate } from './migrate.ts';
import { ownMigrations } from './own-migrations.ts';

const silent = { info: () => undefined };
const { clickhouse, drop } = isolatedClickHouse();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  await cp(ownMigrations, folder, { recursive: true });
});

afterAll(async () => {
  await drop();
  await rm(folder, { recursive: true });
});

describe('migrate', () => {
  it('makes the database when several services start at once, and each migration counts once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(clickhouse, folder, silent)));
    expect(results.some((applied) => applied.includes('001-feature-vectors'))).toBe(true);
    expect(await migrate(clickhouse, folder, silent)).toEqual([]);
  });

  it('gives every table a deduplication window and a comment, and every column a comment', async () => {
    const tables = await clickhouse.query<{ name: string; engine: string; comment: string; ddl: string }>(
      'SELECT name, engine, comment, create_table_query AS ddl FROM system.tables WHERE database = {database:String}',
      { database: clickhouse.database },
    );
    expect(tables.length).toBeGreaterThan(10);
    expect(tables.filter(({ comment }) => comment === '').map(({ name }) => name)).toEqual([]);
    const stored = tables.filter(({ engine }) => engine !== 'View' && engine !== 'MaterializedView');
    expect(stored.filter(({ ddl }) => !ddl.includes('non_replicated_deduplication_window = 10000'))).toEqual([]);
    const silentColumns = await clickhouse.query(
      "SELECT table, name FROM system.columns WHERE database = {database:String} AND comment = ''",
      { database: clickhouse.database },
    );
    expect(silentColumns).toEqual([]);
  });

  it('has the columns that the records are written to', async () => {
    for (const table of [...Object.values(featureTables), ...Object.values(predictionTables)]) {
      const columns = await clickhouse.query<{ name: string; type: string }>(
        'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}',
        { database: clickhouse.database, table: table.name },
      );
      const written = Object.entries(table.columns).map(([name, { type }]) => ({ name, type }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(columns.sort(byName), table.name).toEqual(written.sort(byName));
    }
  });

  it('refuses a migration that was edited after it had been applied', async () => {
    const file = path.join(folder, '001-feature-vectors.sql');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\n-- edited`);
    await expect(migrate(clickhouse, folder, silent)).rejects.toMatchObject({ code: 'CLICKHOUSE_MIGRATION_CHANGED' });
    await writeFile(file, text);
  });

  it('applies a new migration and says which statement of a broken one failed', async () => {
    await writeFile(path.join(folder, '900-new.sql'), 'CREATE OR REPLACE VIEW {database}.v_new AS SELECT 1 AS x;');
    expect(await migrate(clickhouse, folder, silent)).toEqual(['900-new']);
    await writeFile(path.join(folder, '901-broken.sql'), 'CREATE OR REPLACE VIEW {database}.v_bad AS SELECT nothing;');
    await expect(migrate(clickhouse, folder, silent)).rejects.toMatchObject({
      code: 'CLICKHOUSE_MIGRATION_FAILED',
      message: expect.stringContaining('901-broken') as string,
    });
  });
});
