import type { ClickHouse } from '../clickhouse.ts';
import { aggregatingEngine, onCluster, tableEngine, TABLE_SETTINGS } from '../ddl/engine.ts';
import { ClickHouseFault } from '../errors.ts';
import { identifier } from '../identifiers.ts';
import { migrationFiles } from './migration-files.ts';
import type { Migration } from './migration-files.ts';

export interface MigrationLog {
  info(event: string, fields?: Record<string, unknown>): void;
}

/**
 * Brings the database to the newest version; returns the names of the migrations that were applied by this call. Several
 * services may do it at once: every statement is repeatable and the record of a migration is one row however often it is
 * written. A migration that was applied and has been edited since is an error, so every database has one history.
 */
export async function migrate(clickhouse: ClickHouse, folder: string, log: MigrationLog): Promise<string[]> {
  const migrations = await migrationFiles(folder);
  const cluster = onCluster(clickhouse);
  await clickhouse.createDatabase();
  await clickhouse.command(`
    CREATE TABLE IF NOT EXISTS ${clickhouse.qualified('schema_migrations')} ${cluster}
    (
      name String COMMENT 'File name of the migration',
      checksum String COMMENT 'SHA-256 of the file as it was applied',
      applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was applied first'
    )
    ENGINE = ${tableEngine(clickhouse)} ORDER BY name SETTINGS ${TABLE_SETTINGS}
    COMMENT 'Migrations that this database has had'`);
  const applied = await appliedChecksums(clickhouse);
  refuseForeignHistory(migrations, applied, log);
  const done: string[] = [];
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await apply(clickhouse, migration);
    log.info('clickhouse.migrated', { migration: migration.name });
    done.push(migration.name);
  }
  return done;
}

async function appliedChecksums(clickhouse: ClickHouse): Promise<Map<string, string>> {
  const rows = await clickhouse.query<{ name: string; checksum: string }>(
    `SELECT name, argMin(checksum, applied_at) AS checksum FROM ${clickhouse.qualified('schema_migrations')} GROUP BY name`,
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function refuseForeignHistory(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
  log: MigrationLog,
): void {
  for (const { name, checksum } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum) {
      throw new ClickHouseFault(
        'CLICKHOUSE_MIGRATION_CHANGED',
        `migration ${name} was edited after it had been applied: restore it and write a new migration instead`,
      );
    }
  }
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  // A newer release has been here: migrations only add, so an older service can go on while it is replaced.
  if (unknown.length > 0) log.info('clickhouse.migrations_newer_than_code', { unknown });
}

async function apply(clickhouse: ClickHouse, { name, checksum, statements }: Migration): Promise<void> {
  for (const statement of statements) {
    const sql = statement
      .replaceAll('{database}', identifier(clickhouse.database))
      .replaceAll('{on_cluster}', onCluster(clickhouse))
      .replaceAll('{ReplacingMergeTree}', tableEngine(clickhouse))
      .replaceAll('{AggregatingMergeTree}', aggregatingEngine(clickhouse))
      .replaceAll('{deduplication}', TABLE_SETTINGS);
    await runStatement(clickhouse, name, sql);
  }
  await clickhouse.insert('schema_migrations', [{ name, checksum }], `migration:${name}:${checksum}`);
}

/** Codes of two services that do the same at the same moment; the second try finds it done. */
const RACES = new Set([
  57, // TABLE_ALREADY_EXISTS
  60, // UNKNOWN_TABLE: a view was being exchanged
  82, // DATABASE_ALREADY_EXISTS
  517, // CANNOT_ASSIGN_ALTER
]);

/** A copy of a large table takes longer than a silent connection is waited for. */
const SIGNS_OF_LIFE = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '20000' } as const;

async function runStatement(clickhouse: ClickHouse, name: string, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await clickhouse.command(sql, {}, SIGNS_OF_LIFE);
      return;
    } catch (error) {
      if (!(error instanceof ClickHouseFault)) throw error;
      if (attempt < 5 && error.serverCode !== null && RACES.has(error.serverCode)) continue;
      throw new ClickHouseFault('CLICKHOUSE_MIGRATION_FAILED', `migration ${name} failed: ${error.message}`, {
        cause: error,
      });
    }
  }
}
