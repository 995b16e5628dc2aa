import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClickHouseFault } from '../errors.ts';
import { sqlStatements } from './sql-statements.ts';

export interface Migration {
  /** File name without its ending: 003-predictions. */
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

const FILE = /^\d{3}-[a-z0-9-]+\.sql$/;

/**
 * Statements that may run twice: services start together and each migrates, and one that was killed in the middle of a
 * file does it again. Copied rows must meet their first copy in the key of the table that they go into.
 */
const REPEATABLE =
  /^(CREATE (TABLE|VIEW|MATERIALIZED VIEW|DICTIONARY) IF NOT EXISTS|INSERT INTO \S+ \([^)]+\) SELECT|CREATE OR REPLACE (VIEW|DICTIONARY)|DROP (TABLE|VIEW|DICTIONARY) IF EXISTS|ALTER TABLE \S+( \{on_cluster\})? (((ADD|DROP|MODIFY|COMMENT|CLEAR) (COLUMN|INDEX)|RENAME COLUMN) IF (NOT )?EXISTS|MODIFY (SETTING|COMMENT|TTL)))\b/;

/** The migrations of a folder by number; two files with one number or an unrepeatable statement are refused. */
export async function migrationFiles(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const file of files) {
    if (!FILE.test(file) || numbers.has(file.slice(0, 3))) {
      throw new ClickHouseFault(
        'CLICKHOUSE_MIGRATION_FAILED',
        `${file}: migrations are named NNN-name.sql, each with its own number`,
      );
    }
    numbers.add(file.slice(0, 3));
  }
  return Promise.all(
    files.map(async (file) => migration(file.replace(/\.sql$/, ''), await readFile(path.join(folder, file), 'utf8'))),
  );
}

export function migration(name: string, text: string): Migration {
  const statements = sqlStatements(text);
  for (const statement of statements) {
    if (!REPEATABLE.test(statement.replaceAll(/\s+/g, ' '))) {
      throw new ClickHouseFault(
        'CLICKHOUSE_MIGRATION_NOT_REPEATABLE',
        `${name}: a statement must be safe to run twice (IF NOT EXISTS, OR REPLACE, IF EXISTS): ${statement.slice(0, 80)}`,
      );
    }
  }
  return { name, checksum: createHash('sha256').update(text).digest('hex'), statements };
}
