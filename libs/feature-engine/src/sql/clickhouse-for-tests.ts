import { stackAddresses, testNamespace } from '@millrace/testing';

/** A database of its own on the running stack's ClickHouse, reached by plain HTTP. */
export interface TestClickHouse {
  readonly database: string;
  /** Runs a statement; the rows of a SELECT come back as objects. */
  query<T = Record<string, unknown>>(sql: string): Promise<T[]>;
  insert(table: string, rows: readonly object[]): Promise<void>;
  drop(): Promise<void>;
}

export async function testClickHouse(): Promise<TestClickHouse> {
  const { env } = stackAddresses();
  const database = `${testNamespace().clickhouseDatabase}_engine`;
  const send = async (sql: string, body: string) => {
    const url = new URL(env['MILLRACE_CLICKHOUSE_URL'] ?? '');
    const settings = {
      query: sql,
      date_time_input_format: 'best_effort',
      output_format_json_quote_64bit_integers: '0',
      output_format_json_quote_denormals: '1',
      // Tables of a few rows: what several threads of a query do is wait for each other.
      max_threads: '1',
    };
    for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, value);
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'X-ClickHouse-User': env['MILLRACE_CLICKHOUSE_USERNAME'] ?? 'default',
        'X-ClickHouse-Key': env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
      },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${text}\n${sql || body}`);
    return text;
  };
  await send('', `CREATE DATABASE ${database}`);
  return {
    database,
    query: async <T>(sql: string) => {
      const text = await send('', `${sql}${/^\s*(SELECT|WITH)\b/i.test(sql) ? '\nFORMAT JSONEachRow' : ''}`);
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
    },
    insert: async (table, rows) => {
      await send(`INSERT INTO ${table} FORMAT JSONEachRow`, rows.map((row) => JSON.stringify(row)).join('\n'));
    },
    drop: async () => {
      await send('', `DROP DATABASE ${database}`);
    },
  };
}
