import { ClickHouse } from '@millrace/clickhouse';

/** The database that services with this environment store in. */
export function clickhouseOf(env: Readonly<Record<string, string>>): ClickHouse {
  return new ClickHouse({
    url: env['MILLRACE_CLICKHOUSE_URL'] ?? '',
    database: env['MILLRACE_CLICKHOUSE_DATABASE'] ?? '',
    username: env['MILLRACE_CLICKHOUSE_USERNAME'] ?? '',
    password: env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
  });
}
