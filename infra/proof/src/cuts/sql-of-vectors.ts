import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { compile, parseDefinitions, recomputeVectorsSql, type Knowledge } from '@millrace/feature-engine';
import type { ProofPlatform } from '../run/proof-platform.ts';

interface SqlRow extends Readonly<Record<string, unknown>> {
  readonly _row: number;
  readonly _source_offset: number;
}

const page = 2_000;

/** Every stored vector of a service computed again by the platform's own SQL, at its cuts and in hindsight, as JSON lines. */
export async function writeSqlOfVectors(platform: ProofPlatform, id: string, file: string): Promise<number> {
  const known = (await platform.http.get('/api/v1/definitions')) as { items: unknown[] };
  const parsed = parseDefinitions(known.items);
  if (!parsed.ok) throw new Error(`the platform's definitions cannot be read: ${JSON.stringify(parsed.faults[0])}`);
  const service = compile(id, parsed.definitions);
  const { clickhouse } = platform;
  const tables = {
    database: clickhouse.database,
    generations: { [service.source.name]: 0 },
    repeats: 'stored',
  } as const;
  const recompute = (knowledge: Knowledge, where: string): Promise<SqlRow[]> =>
    clickhouse.query<SqlRow>(recomputeVectorsSql(service, { tables, knowledge, where, shape: 'named' }));
  const ends = await clickhouse.query<{ source_partition: number; last: number }>(
    `SELECT source_partition, max(source_offset) AS last FROM ${clickhouse.qualified('feature_vectors')} WHERE lane = {id:String} GROUP BY source_partition`,
    { id },
  );
  const out = createWriteStream(file);
  let written = 0;
  for (const { source_partition: partition, last } of ends) {
    for (let from = 0; from <= last; from += page) {
      const where = `source_partition = ${partition} AND source_offset >= ${from} AND source_offset < ${from + page}`;
      const [atCuts, hindsight] = [await recompute('as-known', where), await recompute('hindsight', where)];
      atCuts.forEach((row, i) => {
        const again = hindsight[i];
        out.write(
          `${JSON.stringify({ partition, offset: row._source_offset, known: row, hindsight: again?._row === row._row ? again : {} })}\n`,
        );
      });
      written += atCuts.length;
    }
  }
  out.end();
  await once(out, 'finish');
  return written;
}
