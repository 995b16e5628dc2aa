import path from 'node:path';
import { testNamespace } from '@millrace/testing';
import { ClickHouse } from './clickhouse.ts';
import type { ClickHouseConfig } from './clickhouse.ts';
import { identifier } from './identifiers.ts';

export const EXAMPLES = path.join(import.meta.dirname, '../../../infra/clickhouse/examples');

/** A client whose database no other test uses; `create` it and `drop` it. */
export function isolatedClickHouse() {
  const { env, clickhouseDatabase: database } = testNamespace();
  const of = (name: string): string => env[`MILLRACE_CLICKHOUSE_${name}`] ?? '';
  const config: ClickHouseConfig = {
    url: of('URL'),
    database,
    username: of('USERNAME'),
    password: of('PASSWORD'),
  };
  const clickhouse = new ClickHouse(config);
  return {
    clickhouse,
    config,
    analyst: () => new ClickHouse({ ...config, username: of('ANALYST_USERNAME'), password: of('ANALYST_PASSWORD') }),
    create: () => clickhouse.createDatabase(),
    drop: async () => {
      await clickhouse.command(`DROP DATABASE ${identifier(database)}`);
      await clickhouse.close();
    },
  };
}
