import { ClickHouse, migrate, ownMigrations } from '@millrace/clickhouse';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClickHouseArtifactUsage } from './clickhouse-artifact-usage.ts';

let clickhouse: ClickHouse;
let usage: ClickHouseArtifactUsage;
let database: string;

let offset = 0;
/** A write to a name: another content, or none. */
const named = (experiment: string, id: string, key: string, text: string, size: number, second = 0) => ({
  subject: 'run',
  id,
  experiment_id: experiment,
  kind: 'artifact',
  key,
  text,
  number: size,
  removed: text === '',
  log_offset: (offset += 1),
  recorded_at: new Date(second * 1000).toISOString(),
});

beforeAll(async () => {
  const { clickhouse: config } = readConfig({ clickhouse: clickhouseConfigFromEnv }, testNamespace().env);
  database = config.database;
  clickhouse = new ClickHouse(config);
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  const rows = [
    named('1', 'a', 'kept', 'h1', 10),
    named('1', 'a', 'changed', 'h2', 100),
    named('1', 'a', 'changed', 'h3', 200, 10),
    named('1', 'b', 'taken', 'h4', 1000),
    named('1', 'b', 'taken', '', 0, 20),
    named('1', 'b', 'same', 'h1', 10),
    named('2', 'c', 'same', 'h2', 100),
  ];
  for (const token of ['first', 'again']) await clickhouse.insert('run_facts', rows, token);
  const refused = named('1', 'a', 'kept', 'h5', 5000);
  await clickhouse.insert('run_facts', [refused]);
  const { subject, id, log_offset } = refused;
  await clickhouse.insert('run_voids', [{ subject, id, log_offset }]);
  usage = new ClickHouseArtifactUsage(clickhouse, { untilStored: () => Promise.resolve() });
});
afterAll(async () => {
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
  await clickhouse.close();
});

it('an experiment uses what its names stand for now, each name counted', async () => {
  expect(await usage.bytesOf('1')).toBe(220);
  expect(await usage.bytesOf('2')).toBe(100);
  expect(await usage.bytesOf("3' OR 1")).toBe(0);
});

it('a content is used while a name stands for it, or has done so since a time', async () => {
  const all = ['h1', 'h2', 'h3', 'h4', 'h5'];
  expect([...(await usage.usedOf(all, 30_000))].sort()).toEqual(['h1', 'h2', 'h3']);
  expect([...(await usage.usedOf(['h4'], 20_000))]).toEqual(['h4']);
  expect([...(await usage.usedOf(['h2', 'h4', 'h5'], 20_001))]).toEqual(['h2']);
});
