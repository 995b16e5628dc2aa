import { ByteWriter, type ClickHouse, type SinkRow } from '@millrace/clickhouse';

/** For tests: what the sink does with the rows of one range, without a log. */
export async function insertRows(clickhouse: ClickHouse, rows: readonly SinkRow[], token: string): Promise<void> {
  for (const table of new Set(rows.map((row) => row.table))) {
    const writer = new ByteWriter();
    for (const row of rows) if (row.table === table) row.write(writer);
    await clickhouse.insertBytes(table, writer.bytes(), token);
  }
}
