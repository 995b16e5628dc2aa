import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubleText, writeOnlineAnswer, type AnswerColumn } from './online-answer.ts';

const column = (given: Partial<AnswerColumn> & Pick<AnswerColumn, 'type' | 'values'>): AnswerColumn => ({
  name: 'x',
  statuses: given.values.map(() => 'PRESENT'),
  eventTimesMs: given.values.map(() => null),
  ...given,
});

describe('answer with online features', () => {
  it('has names, then one result a name with a value, a status and a time a row', () => {
    const answer = writeOnlineAnswer(
      [
        column({ name: 'card', type: 'given', values: ['a', 7] }),
        column({
          name: 'sum "1d"',
          type: 'double',
          values: [3, null],
          statuses: ['PRESENT', 'NULL_VALUE'],
          eventTimesMs: [1_700_000_000_250, 1_700_000_000_000],
        }),
      ],
      [{ name: 'card_spend', version: 2 }],
    );
    expect(answer).toBe(
      '{"metadata":{"feature_names":["card","sum \\"1d\\""],"feature_view_metadata":[{"name":"card_spend","version":2}]},' +
        '"results":[{"values":["a",7],"statuses":["PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},' +
        '{"values":[3.0,null],"statuses":["PRESENT","NULL_VALUE"],"event_timestamps":["2023-11-14T22:13:20.250Z","2023-11-14T22:13:20Z"]}]}',
    );
  });

  it('keeps integers whole, doubles with their point, and booleans as such', () => {
    const values = (type: AnswerColumn['type'], given: unknown[]): string =>
      writeOnlineAnswer([column({ type, values: given })], null).replace(/.*"values":(.*),"statuses".*/, '$1');
    expect(values('integer', [0, 12, 2.5])).toBe('[0,12,2.5]');
    expect(values('double', [0, 12, 2.5])).toBe('[0.0,12.0,2.5]');
    expect(values('boolean', [0, 1, true, false])).toBe('[false,true,true,false]');
    expect(values('string', ['a"b', null])).toBe('["a\\"b",null]');
  });

  it('writes every finite double so that it is read as the same double and never as an integer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = doubleText(value);
        expect(Object.is(JSON.parse(text), value)).toBe(true);
        // What Python's json takes for a float.
        expect(text).toMatch(/[.e]/);
      }),
    );
    expect([Number.NaN, Number.POSITIVE_INFINITY].map(doubleText)).toEqual(['null', 'null']);
    expect([1e21, -5e-324, 2 ** 53].map(doubleText)).toEqual(['1e+21', '-5e-324', '9007199254740992.0']);
  });
});
