import { describe, expect, it } from 'vitest';
import { migration } from './migration-files.ts';
import { sqlStatements } from './sql-statements.ts';

describe('sqlStatements', () => {
  it('splits at semicolons outside quotes and comments', () => {
    const text = `
      -- a comment; with a semicolon
      CREATE TABLE a (x String COMMENT 'it\\'s; one', \`b;c\` UInt8); /* and; here */
      SELECT 'a''b;c' - 1;
      SELECT "q;r" / 2`;
    expect(sqlStatements(text)).toEqual([
      "CREATE TABLE a (x String COMMENT 'it\\'s; one', `b;c` UInt8)",
      "SELECT 'a''b;c' - 1",
      'SELECT "q;r" / 2',
    ]);
  });

  it('gives nothing for an empty file', () => {
    expect(sqlStatements('-- only a comment\n;\n;')).toEqual([]);
  });
});

describe('migration', () => {
  it('accepts statements that may run twice', () => {
    const text = `
      CREATE TABLE IF NOT EXISTS {database}.a {on_cluster} (x UInt8) ENGINE = {ReplacingMergeTree} ORDER BY x;
      CREATE OR REPLACE VIEW {database}.v AS SELECT 1;
      ALTER TABLE {database}.a {on_cluster} ADD COLUMN IF NOT EXISTS y UInt8;
      ALTER TABLE {database}.a MODIFY SETTING non_replicated_deduplication_window = 1;
      DROP VIEW IF EXISTS {database}.old`;
    expect(migration('001-a', text).statements).toHaveLength(5);
  });

  it.each([
    'CREATE TABLE {database}.a (x UInt8)',
    'INSERT INTO {database}.a VALUES (1)',
    'ALTER TABLE {database}.a ADD COLUMN y UInt8',
    'DROP TABLE {database}.a',
  ])('refuses %s', (statement) => {
    expect(() => migration('001-a', statement)).toThrow(/safe to run twice/);
  });
});
