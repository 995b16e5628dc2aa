import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../definitions/parse-definitions.ts';
import { compile } from '../plans/compile.ts';
import { recomputeVectorsSql } from './recompute-vectors.ts';
import { trainingSetSql } from './training-set.ts';

/** What ClickHouse parses unless told otherwise (`max_query_size`). */
const longestQuery = 262_144;

function wideService(featureCount: number) {
  const features = Array.from({ length: featureCount }, (_, index) => ({
    name: `feature_with_a_telling_name_${index}`,
    aggregation: ['mean', 'sum', 'max', 'last'][index % 4],
    input: { op: '*', args: ['amount', index] },
    filter: { op: '=', args: ['country', { op: 'literal', value: `country ${index % 20}` }] },
    window: `${(index % 10) + 1}d`,
  }));
  const parsed = parseDefinitions([
    {
      kind: 'source',
      name: 's',
      topic: 't',
      entity: 'card',
      partitioner: 'murmur2',
      eventTime: { column: 'at', unit: 'ms' },
      columns: { at: 'timestamp', card: 'string', shop: 'string', amount: 'double', country: 'string' },
    },
    { kind: 'entity', name: 'card', key: 'card', type: 'string' },
    { kind: 'entity', name: 'shop', key: 'shop', type: 'string' },
    { kind: 'feature-view', name: 'v', entity: 'card', source: 's', features },
    { kind: 'feature-service', name: 'wide', source: 's', views: ['v'] },
  ]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compile('wide@1', parsed.definitions);
}

describe('generated SQL', () => {
  it('stays within what the server parses for a view of 250 features', () => {
    const service = wideService(250);
    const tables = { database: 'millrace', generations: { s: 0 } };
    expect(recomputeVectorsSql(service, { tables, knowledge: 'as-known', where: 'true' }).length).toBeLessThan(
      longestQuery,
    );
    expect(trainingSetSql(service, { tables, knowledge: 'as-known', spine: 'spine' }).length).toBeLessThan(
      longestQuery,
    );
  });

  it('needs to be told the generation that positions belong to', () => {
    const ask = () =>
      recomputeVectorsSql(wideService(1), {
        tables: { database: 'd', generations: {} },
        knowledge: 'as-known',
        where: 'true',
      });
    expect(ask).toThrow('the generation of source "s" is not given');
  });
});
