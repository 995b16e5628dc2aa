import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { column } from '../expressions/build-expression.ts';
import { ListWindow, type ListEntry } from '../reference/list-window.ts';
import {
  expectAgreed,
  hostileWindows,
  naiveEntries,
  parametersOf,
  scalarSubjects,
} from '../reference/scalar-subjects.ts';
import type { AggregateValue, AggregationKind, MergeablePart } from './aggregation.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decayedCount } from './decayed-count.ts';
import { decayedSum } from './decayed-sum.ts';
import { own } from './own.ts';
import { timeSinceFirst, timeSinceLast } from './time-since.ts';
import { variance } from './variance.ts';
import { zScore } from './z-score.ts';

const day = 86_400_000;
const input = fc.constant(column('a'));
const inputs = { number: input, boolean: input, text: input };
const dice = fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 });

function partOf(part: MergeablePart<object, unknown>, entries: readonly ListEntry[], parameters: object): unknown {
  return entries.reduce(
    (made, entry) => (entry.value === null ? made : part.add(made, entry.value, entry, parameters)),
    part.empty(parameters),
  );
}

/** Put together out of blocks cut at random, each written and read again. */
function merged(
  part: MergeablePart<object, unknown>,
  entries: readonly ListEntry[],
  parameters: object,
  [roll = 0, ...others]: readonly number[],
): unknown {
  if (entries.length <= 2) return rewritten(part, partOf(part, entries, parameters), parameters);
  const cut = 1 + (roll % (entries.length - 1));
  const earlier = merged(part, entries.slice(0, cut), parameters, others);
  const later = merged(part, entries.slice(cut), parameters, others);
  return rewritten(part, part.merge(earlier, later, parameters), parameters);
}

function rewritten(part: MergeablePart<object, unknown>, made: unknown, parameters: object): unknown {
  const writer = new ByteWriter();
  part.encode(made, writer, parameters);
  const bytes = writer.done();
  expect(bytes.length).toBeLessThanOrEqual(part.maxBytes(parameters, 'number'));
  const reader = new ByteReader(bytes);
  const read = part.decode(reader, parameters);
  expect(reader.left).toBe(0);
  return read;
}

function evaluated(kind: AggregationKind, window: ListWindow, entries: readonly ListEntry[], parameters: object) {
  if (kind.evaluate !== undefined) return kind.evaluate(window, parameters);
  const { timeMs, own: value } = window;
  const position = Number.POSITIVE_INFINITY;
  const all = value === null ? entries : [...entries, { timeMs, position, value }];
  const ownPosition = value === null ? window.ownPosition : position;
  return kind.part.finish(partOf(kind.part, all, parameters), { timeMs, ownPosition }, parameters);
}

describe.each(Object.entries(scalarSubjects))('%s', (_, subject) => {
  const { kind, naive } = subject;
  const documents = fc.oneof(fc.constantFrom(...subject.documents), subject.random(inputs));

  it('gives what its definition says, with the own event applied, as if appended, and without one', () => {
    fc.assert(
      fc.property(hostileWindows, documents, fc.constantFrom(0, 1, 90 * day), (entries, document, laterMs) => {
        const parameters = parametersOf(subject, document);
        const last = entries.at(-1) as ListEntry;
        const withOwn = naiveEntries(entries, (entry) => entry === last);
        if (withOwn.length === 0) return;
        const { timeMs, position: ownPosition, value: ownValue } = last;
        const expectValue = (actual: AggregateValue, at: { timeMs: number }, known = withOwn) =>
          expectAgreed(subject, known, actual, naive.value(known, parameters, at));
        expectValue(evaluated(kind, new ListWindow(entries, { timeMs, ownPosition }), entries, parameters), last);
        const before = entries.slice(0, -1);
        const appended = new ListWindow(before, { timeMs, own: ownValue });
        expectValue(evaluated(kind, appended, before, parameters), last);
        const read = { timeMs: timeMs + laterMs };
        const asRead = evaluated(kind, new ListWindow(entries, read), entries, parameters);
        expectValue(
          asRead,
          read,
          naiveEntries(entries, () => false),
        );
      }),
    );
  });

  const { part } = kind;
  if (part === undefined) return;

  it('is the same put together out of parts that have been written and read again', () => {
    fc.assert(
      fc.property(
        hostileWindows,
        documents,
        dice,
        fc.constantFrom(0, 90 * day),
        (entries, document, rolls, laterMs) => {
          const parameters = parametersOf(subject, document);
          const last = entries.at(-1) as ListEntry;
          // Now and then the last event is the own one.
          const ownPosition = laterMs === 0 ? last.position : null;
          const at = { timeMs: last.timeMs + laterMs, ownPosition };
          const all = naiveEntries(entries, ({ position }) => position === ownPosition);
          if (all.length === 0) return;
          const whole = merged(part, entries, parameters, rolls);
          expectAgreed(subject, all, part.finish(whole, at, parameters), naive.value(all, parameters, at));
          const cut = (rolls[0] ?? 0) % entries.length;
          const kept = all.filter(({ position }) => position >= (entries[cut]?.position ?? 0));
          if (part.subtract === undefined || kept.length === 0) return;
          const left = part.subtract(whole, partOf(part, entries.slice(0, cut), parameters), parameters);
          expectAgreed(subject, all, part.finish(left, at, parameters), naive.value(kept, parameters, at));
        },
      ),
    );
  });
});

describe('a feature about the own event', () => {
  it.each([zScore, own])('cannot leave it out of its window', (kind) => {
    const faults = new Faults();
    kind.parse(new ObjectReader({ ownEvent: 'exclude', delay: '1h' }, 'f', faults));
    expect(faults.list.map(({ path }) => path)).toEqual(['f.ownEvent', 'f.delay']);
    const reaching = new Faults();
    kind.parse(new ObjectReader({ ownEvent: 'include', delay: '0s' }, 'f', reaching));
    expect(reaching.list).toEqual([]);
  });
});

describe('parameters', () => {
  it('have defaults, and what is wrong with them is reported with its path', () => {
    expect(variance.parse(new ObjectReader({}, 'f', new Faults()))).toEqual({ of: 'sample' });
    expect(timeSinceLast.parse(new ObjectReader({}, 'f', new Faults()))).toEqual({ unit: 's' });
    const faults = new Faults();
    variance.parse(new ObjectReader({ of: 'all' }, 'f', faults));
    timeSinceFirst.parse(new ObjectReader({ unit: 'weeks' }, 'f', faults));
    decayedSum.parse(new ObjectReader({}, 'f', faults));
    decayedCount.parse(new ObjectReader({ halfLife: '0s' }, 'f', faults));
    expect(faults.list.map(({ path }) => path)).toEqual(['f.of', 'f.unit', 'f.halfLife', 'f.halfLife']);
  });
});
