import { describe, expect, it } from 'vitest';
import { noDefinitions, parseDefinitions } from '../definitions/parse-definitions.ts';
import { compileSource, compileView } from './compile.ts';

const source = {
  kind: 'source',
  name: 'sign_ups',
  topic: 'sign-ups',
  eventTime: { column: 'at', unit: 'ms' },
  columns: { at: 'timestamp', email: 'string', age: 'int' },
  derived: {
    domain: { op: 'split-part', args: ['email'], separator: '@', index: 1 },
    decade: { op: '/', args: ['age', 10] },
  },
};
const entity = { kind: 'entity', name: 'domain', key: 'domain', type: 'string' };
const view = {
  kind: 'feature-view',
  name: 'by_domain',
  entity: 'domain',
  source: 'sign_ups',
  features: [{ name: 'decades', aggregation: 'sum', input: 'decade', window: '1d' }],
};

function definitionsOf(...documents: object[]) {
  const parsed = parseDefinitions(documents, noDefinitions);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.definitions;
}

function faultsOf(...documents: object[]): string[] {
  const parsed = parseDefinitions(documents, noDefinitions);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('derived columns', () => {
  const definitions = definitionsOf(source, entity, view);
  const plan = compileSource('sign_ups', definitions);

  it('are keys and inputs of views like the columns of the topic', () => {
    const read = plan.rowOf({ at: 1_000, email: 'ann@example.org', age: 45 });
    if ('invalid' in read) throw new Error(read.message);
    const byDomain = compileView('by_domain@1', definitions);
    expect(byDomain.key(read.row)).toBe('example.org');
    expect(byDomain.inputs(read.row, 1_000)).toEqual({ numbers: [4.5], strings: [] });
    expect(plan.columns).toEqual({ at: 'timestamp', email: 'string', age: 'int', domain: 'string', decade: 'double' });
  });

  it('have no value where what they are made of has none, and refuse a row that does not fit', () => {
    expect(plan.rowOf({ at: 1_000, email: 'nobody' })).toMatchObject({ row: { domain: null, decade: null } });
    expect(plan.rowOf({ at: 1_000, email: 7 })).toMatchObject({ invalid: 'wrong-type' });
  });

  it('follow from what a caller has given, and yield to what is given itself', () => {
    expect(plan.complete({ email: 'ann@example.org' })).toEqual({ email: 'ann@example.org', domain: 'example.org' });
    expect(plan.complete({ email: 'ann@example.org', domain: 'example.net' })).toMatchObject({ domain: 'example.net' });
  });

  it('are refused where they hide a column, use the event time, or do not fit', () => {
    const wrong = {
      ...source,
      derived: {
        email: { op: 'literal', value: 'x' },
        hour: { op: 'hour', args: [{ op: 'event-time' }], zone: 'UTC' },
        part: { op: 'split-part', args: ['age'], separator: '', index: -1 },
        _offset: 'age',
      },
    };
    expect(faultsOf(wrong)).toEqual([
      expect.stringMatching(/^\[0\]\.derived\.part\.separator: must be a text of 1 to /),
      '[0].derived.part.index: must be a whole number from 0 to 999, not -1',
      '[0].derived._offset: is a name that the platform uses itself',
      '[0].derived.email: source sign_ups has a column email',
      '[0].derived.hour: must not use the event time: it is a matter of the columns alone',
      '[0].derived.part.args[0]: must be a string, not a number',
    ]);
  });
});
