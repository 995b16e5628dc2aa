import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomAggregate, type RandomAggregate } from '../reference/arbitraries/random-entries.ts';
import { naiveAggregations } from '../reference/naive/naive-aggregations.ts';
import { sameFeature } from '../sql/compare-vectors.ts';
import { BlockIndex } from '../windows/block-index.ts';
import type { AggregateValue, MergeablePart } from './aggregation.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { aggregationKind, aggregations, type Aggregation } from './registry.ts';

type Part = MergeablePart<object, unknown>;
type Entries = RandomAggregate['entries'];

const kinds = aggregations.flatMap((aggregation) => {
  const { part } = aggregationKind(aggregation);
  return part === undefined ? [] : [{ aggregation, part }];
});
const withSubtract = kinds.filter(({ part }) => part.subtract !== undefined);

function partOf(part: Part, entries: Entries, parameters: object): unknown {
  return entries.reduce((made, entry) => part.add(made, entry.value, entry, parameters), part.empty(parameters));
}

function bytesOf(part: Part, made: unknown, parameters: object): Buffer {
  const writer = new ByteWriter();
  part.encode(made, writer, parameters);
  return writer.done();
}

function expectValue(
  aggregation: Aggregation,
  { parameters, input }: RandomAggregate,
  { value, expected }: { readonly value: AggregateValue; readonly expected: AggregateValue },
): void {
  const type = aggregationKind(aggregation).type(input, parameters);
  if (!sameFeature(type, value, expected)) expect(value).toBe(expected);
}

describe('parts of an aggregation', () => {
  it.each(kinds)('$aggregation: merged from anywhere, through bytes or not, give what the whole gives', (kind) => {
    const { aggregation, part } = kind;
    fc.assert(
      fc.property(randomAggregate(aggregation), fc.array(fc.nat(600), { maxLength: 6 }), (drawn, cuts) => {
        const { parameters, input, entries } = drawn;
        if (entries.length === 0) return;
        const ends = [0, ...cuts.filter((cut) => cut < entries.length).toSorted((a, b) => a - b), entries.length];
        const parts = ends.slice(1).map((end, index) => {
          const bytes = bytesOf(part, partOf(part, entries.slice(ends[index], end), parameters), parameters);
          expect(bytes.length).toBeLessThanOrEqual(part.maxBytes(parameters, input));
          const reader = new ByteReader(bytes);
          const decoded = part.decode(reader, parameters);
          expect(reader.left).toBe(0);
          expect(bytesOf(part, decoded, parameters)).toEqual(bytes);
          return decoded;
        });
        const before = parts.map((each) => bytesOf(part, each, parameters));
        const whole = parts.reduce((sum, each) => part.merge(sum, each, parameters), part.empty(parameters));
        expect(parts.map((each) => bytesOf(part, each, parameters))).toEqual(before);
        const at = { timeMs: (entries.at(-1)?.timeMs ?? 0) + 5, ownPosition: null };
        const expected = naiveAggregations[aggregation].value(entries, parameters, at);
        expectValue(aggregation, drawn, { value: part.finish(whole, at, parameters), expected });
      }),
      { numRuns: 60 },
    );
  });

  it.each(withSubtract)('$aggregation: less a part it began with, is the rest', ({ aggregation, part }) => {
    fc.assert(
      fc.property(randomAggregate(aggregation), fc.nat(600), (drawn, cut) => {
        const { parameters, entries } = drawn;
        if (cut >= entries.length) return;
        const at = { timeMs: entries.at(-1)?.timeMs ?? 0, ownPosition: null };
        const first = partOf(part, entries.slice(0, cut), parameters);
        const rest = part.subtract?.(partOf(part, entries, parameters), first, parameters);
        const expected = naiveAggregations[aggregation].value(entries.slice(cut), parameters, at);
        expectValue(aggregation, drawn, { value: part.finish(rest, at, parameters), expected });
      }),
      { numRuns: 40 },
    );
  });

  it.each(kinds)('$aggregation: blocks give any window, also after late entries', ({ aggregation, part }) => {
    const windows = fc.array(fc.tuple(fc.nat(600), fc.nat(600), fc.nat(600)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(randomAggregate(aggregation), windows, (drawn, asked) => {
        const { parameters, input } = drawn;
        let entries: Entries = drawn.entries.slice(0, drawn.entries.length >> 1);
        const blocks = new BlockIndex({ part, parameters, input });
        for (const [a, b, late] of asked) {
          const [from = 0, to = 0] = [a % (entries.length + 1), b % (entries.length + 1)].toSorted((x, y) => x - y);
          const of = entries;
          const made = blocks.over(
            {
              valueAt: (entry) => of[entry]?.value ?? null,
              timeAt: (entry) => of[entry]?.timeMs ?? 0,
              positionAt: (entry) => of[entry]?.position ?? 0,
            },
            from,
            to,
          );
          const window = of.slice(from, to);
          const at = { timeMs: window.at(-1)?.timeMs ?? 0, ownPosition: null };
          if (window.length > 0) {
            const expected = naiveAggregations[aggregation].value(window, parameters, at);
            expectValue(aggregation, drawn, { value: part.finish(made, at, parameters), expected });
          }
          // The next one comes late, and last of those at its time.
          const next = drawn.entries[entries.length];
          if (next === undefined) continue;
          const timeMs = entries[late % (entries.length + 1)]?.timeMs ?? next.timeMs;
          const after = entries.findIndex((entry) => entry.timeMs > timeMs);
          const place = after === -1 ? entries.length : after;
          entries = [...entries.slice(0, place), { ...next, timeMs }, ...entries.slice(place)];
          blocks.staleFrom(place);
        }
      }),
      { numRuns: 60 },
    );
  });
});
