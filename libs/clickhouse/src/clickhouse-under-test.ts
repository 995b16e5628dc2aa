import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ClickHouse } from './clickhouse.ts';
import { identifier } from './identifiers.ts';

export const MIGRATIONS = path.join(import.meta.dirname, '../../../infra/clickhouse/migrations');
export const EXAMPLES = path.join(import.meta.dirname, '../../../infra/clickhouse/examples');

/** Variables of the stack that tests run on: from the environment, else of the local stack that is running. */
export function stackVariable(name: string): string {
  const value = process.env[name] ?? runningStack()[name];
  if (value === undefined) throw new Error(`no server to test on: set ${name} or start the stack`);
  return value;
}

/** A client whose database no other test uses; `create` it and `drop` it. */
export function isolatedClickHouse() {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const clickhouse = new ClickHouse({
    url: stackVariable('MILLRACE_CLICKHOUSE_URL'),
    database,
    username: stackVariable('MILLRACE_CLICKHOUSE_USERNAME'),
    password: stackVariable('MILLRACE_CLICKHOUSE_PASSWORD'),
  });
  return {
    clickhouse,
    create: () => clickhouse.createDatabase(),
    drop: async () => {
      await clickhouse.command(`DROP DATABASE ${identifier(database)}`);
      await clickhouse.close();
    },
  };
}

function runningStack(): Record<string, string | undefined> {
  const stacks = path.join(import.meta.dirname, '../../../.millrace/stack');
  for (const instance of ['test', 'dev']) {
    const file = path.join(stacks, instance, 'addresses.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { env: Record<string, string> }).env;
  }
  return {};
}
