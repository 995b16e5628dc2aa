import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EvaluationDataset } from './dataset-commands.ts';
import type { RecordField } from './dataset-rows.ts';
import { dated, profileOf, schemaOf } from './evaluation-datasets.ts';

const dataset: EvaluationDataset = {
  id: 'd-1',
  name: 'qa',
  tags: new Map(),
  experimentIds: [],
  createdAtMs: 100,
  updatedAtMs: 300,
  createdBy: 'ada',
};
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const statistics = (fields: RecordField[], count = 1) => ({ count, any: true, fields });
const field = (section: RecordField['section'], name: string, type: string): RecordField => ({ section, name, type });

describe('a dataset', () => {
  it('without records has the digest of its creation, and is last changed by who made it', () => {
    expect(dated(dataset, undefined)).toMatchObject({
      digest: digestOf('qa:100'),
      lastUpdatedAtMs: 300,
      lastUpdatedBy: 'ada',
    });
    expect([schemaOf(undefined), profileOf(undefined)]).toEqual([null, null]);
  });

  it('has the digest of the last write to its records, and is last changed by who wrote it, if anybody said so', () => {
    expect(dated(dataset, { atMs: 400, by: null })).toMatchObject({
      digest: digestOf('qa:400'),
      lastUpdatedAtMs: 400,
      lastUpdatedBy: null,
    });
    expect(dated(dataset, { atMs: 200, by: 'bob' })).toMatchObject({
      digest: digestOf('qa:200'),
      lastUpdatedAtMs: 300,
      lastUpdatedBy: 'bob',
    });
  });

  it('names the fields of its records', () => {
    const schema = schemaOf(
      statistics([field('inputs', 'q', 'string'), field('expectations', 'a', 'float'), field('outputs', 'o', 'null')]),
    );
    expect(JSON.parse(schema ?? '')).toEqual({
      inputs: { q: 'string' },
      outputs: { o: 'null' },
      expectations: { a: 'float' },
      version: '1.0',
    });
  });

  it('has an output without fields for a schema when that came first', () => {
    const [whole, named] = [field('output', '', 'string'), field('outputs', 'o', 'null')];
    expect(schemaOf(statistics([whole, named]))).toContain('"outputs":"string"');
    expect(schemaOf(statistics([named, whole]))).toContain('"outputs":{"o":"null"}');
  });

  it('counts its records, and says null when all are gone', () => {
    expect(profileOf(statistics([], 3))).toBe('{"num_records":3}');
    expect(profileOf(statistics([], 0))).toBe('null');
  });
});
