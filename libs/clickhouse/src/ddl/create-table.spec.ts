import { describe, expect, it } from 'vitest';
import { ClickHouse } from '../clickhouse.ts';
import { createTableStatement } from './create-table.ts';
import { createWideViewStatement } from './wide-view.ts';

const connection = { url: 'http://127.0.0.1:1', database: 'millrace', username: 'default', password: '' };
const alone = new ClickHouse(connection);
const clustered = new ClickHouse({ ...connection, cluster: 'main' });
const definition = {
  name: 'source_payments',
  comment: "The source's events",
  columns: [{ name: 'amount', type: 'Nullable(Float64)', comment: 'Amount' }],
  orderBy: ['amount'],
};

describe('DDL made at run time', () => {
  it('makes a deduplicating table that may be made twice', () => {
    const sql = createTableStatement(alone, definition);
    expect(sql).toMatch(/^CREATE TABLE IF NOT EXISTS `millrace`\.`source_payments`/);
    expect(sql).toContain('ENGINE = ReplacingMergeTree\n');
    expect(sql).toContain('non_replicated_deduplication_window = 10000');
    expect(sql).toContain(String.raw`COMMENT 'The source\'s events'`);
  });

  it('makes tables and views on the cluster that is configured', () => {
    const sql = createTableStatement(clustered, definition);
    expect(sql).toContain('ON CLUSTER `main`');
    expect(sql).toContain('ENGINE = ReplicatedReplacingMergeTree\n');
    const view = { name: 'v', featureService: 's', featureServiceVersion: 1, features: [], comment: 'c' };
    expect(createWideViewStatement(clustered, view)).toContain('ON CLUSTER `main`');
  });

  it.each(['String) ENGINE = Memory --', "DateTime64(3, 'UTC') DEFAULT now()", 'LowCardinality'])(
    'refuses the type %j',
    (type) => {
      const columns = [{ name: 'x', type, comment: '' }];
      expect(() => createTableStatement(alone, { ...definition, columns })).toThrow(/was expected/);
    },
  );
});
