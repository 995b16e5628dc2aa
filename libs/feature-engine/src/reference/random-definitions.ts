import fc from 'fast-check';
import { aggregationKind, aggregations, type Aggregation } from '../aggregations/registry.ts';
import type { Definitions } from '../definitions/definition.ts';
import { noDefinitions, parseDefinitions } from '../definitions/parse-definitions.ts';
import type { NullHandling } from '../derived/null-handling.ts';
import { caseOf, divide, feature, greaterThan, isNull, literal } from '../expressions/build-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import type { WindowDocument } from '../ranges/window-document.ts';
import type { RandomInputs } from './arbitraries/random-aggregation.ts';
import { randomAggregations } from './arbitraries/random-aggregations.ts';
import { fittingWindow, randomSession, randomTumbling } from './arbitraries/random-windows.ts';

/** For tests: definitions and events in which windows, delays, ties, lateness and filters meet often. */

export const columns = {
  id: 'string',
  time: 'timestamp',
  card: 'string',
  shop: 'long',
  a: 'double',
  n: 'long',
  f: 'boolean',
  s: 'string',
  k: 'int',
  op: 'string',
  known: 'timestamp',
} as const;

const column = (name: string): Expression => ({ op: 'column', name });
const numberInputs: readonly Expression[] = [
  column('a'),
  column('n'),
  { op: '+', args: [column('a'), column('n')] },
  { op: '/', args: [column('a'), column('n')] },
];
const filters: readonly Expression[] = [
  column('f'),
  { op: '>', args: [column('a'), { op: 'literal', value: 0 }] },
  { op: 'in', args: [column('s')], values: ['x', 'y'] },
];
const windows = fc.oneof(
  { arbitrary: fc.constantFrom('1ms', '3ms', '7ms', '20ms'), weight: 2 },
  randomTumbling,
  randomSession,
  fc.constant<WindowDocument>({ kind: 'lifetime' }),
);
const delays = ['0ms', '1ms', '4ms', '10ms'] as const;
const latenesses = ['0ms', '3ms', '15ms'] as const;

const inputs: RandomInputs = {
  number: fc.constantFrom(...numberInputs),
  boolean: fc.constant(column('f')),
  text: fc.constant(column('s')),
};

const alwaysNumber = (aggregation: Aggregation, document: object = {}) =>
  (['number', 'boolean', 'string'] as const).every(
    (type) => aggregationKind(aggregation).type(type, document) === 'double',
  );

const windowed = fc.constantFrom(...aggregations).chain((aggregation) => {
  return fc
    .record({
      what: randomAggregations[aggregation](inputs),
      window: windows,
      delay: fc.option(fc.constantFrom(...delays), { nil: undefined }),
      filter: fc.option(fc.constantFrom(...filters), { nil: undefined, freq: 2 }),
      ownEvent: fc.option(fc.constantFrom('include', 'exclude'), { nil: undefined }),
      empty: fc.option(fc.constantFrom(null, -1), { nil: undefined, freq: 4 }),
      nulls: fc.option(fc.constantFrom<NullHandling>('skip', 'zero', 'poison'), { nil: undefined }),
    })
    .map(({ what, empty, nulls, window, ...rest }) => {
      // A number fits every feature but those that may be texts, booleans, lists or maps.
      const isNumber = alwaysNumber(aggregation, what);
      return {
        aggregation,
        window: fittingWindow(window, aggregation, what),
        ...rest,
        // It may leave out what it refuses, and takes its window as far as the own event where it is about that.
        ...what,
        ...(isSession(window) ? { delay: undefined } : {}),
        ...handlingOf(what, nulls),
        ...(empty === undefined || (empty !== null && !isNumber) ? {} : { empty }),
      };
    });
});

const isLifetime = (window: WindowDocument) => typeof window !== 'string' && window.kind === 'lifetime';

const isSession = (window: WindowDocument) => typeof window !== 'string' && window.kind === 'session';

/** What fits the input: a text has no zero. */
function handlingOf({ input }: { readonly input?: Expression }, nulls: NullHandling | undefined): object {
  if (input === undefined || nulls === undefined) return {};
  return { nulls: nulls === 'zero' && isText(input) ? 'poison' : nulls };
}

const isText = (input: Expression) => input.op === 'column' && columns[input.name as keyof typeof columns] === 'string';

/** Features made of two of those before them, chosen by number; divided is by a count alone, which has no rounding. */
const derivedFeature = fc.record({
  what: fc.constantFrom('ratio', 'missing', 'label'),
  first: fc.nat(20),
  second: fc.nat(20),
  empty: fc.constantFrom(null, -1),
});

type RandomView = typeof view extends fc.Arbitrary<infer V> ? V : never;

const latenessOf = ({ allowedLateness }: RandomView) => dropUndefined({ allowedLateness });

type Written = { readonly name: string; readonly aggregation?: Aggregation };

function derive(
  features: readonly Written[],
  { what, first, second, empty }: { what: string; first: number; second: number; empty: number | null },
): object | null {
  const any = features[first % features.length];
  const counts = features.filter(({ aggregation }) => aggregation === 'count');
  const count = counts[second % counts.length];
  const numbers = features.filter(({ aggregation = 'last' }) => alwaysNumber(aggregation));
  const dividend = numbers[first % numbers.length];
  if (any === undefined) return null;
  if (what === 'missing') return { expression: isNull(feature(any.name)) };
  if (count === undefined || dividend === undefined) return null;
  if (what === 'ratio') return { expression: divide(feature(dividend.name), feature(count.name)), empty };
  return {
    expression: caseOf([[greaterThan(feature(count.name), 1), literal('many')]], literal('few')),
    empty: 'none',
  };
}

const view = fc.record({
  derived: fc.array(derivedFeature, { maxLength: 2 }),
  allowedLateness: fc.option(fc.constantFrom(...latenesses), { nil: undefined }),
  features: fc.array(windowed, { minLength: 1, maxLength: 6 }),
});

const dropUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

/** A service `svc@1` over a view `by_card@1` on the topic's own log and a rekeyed one, `by_shop@1`. */
export const randomDefinitions: fc.Arbitrary<Definitions> = fc
  .record({
    card: view,
    shop: view,
    lateness: fc.constantFrom(...latenesses),
    // The changes of a table instead of events, and events that become known later than they happen.
    changes: fc.constantFrom(false, false, true),
    knownLater: fc.constantFrom(false, false, true),
  })
  .map(({ card, shop, lateness, changes, knownLater }) => {
    const named = (prefix: string, { features, derived }: Pick<RandomView, 'features' | 'derived'>) => {
      const all = features.map(({ window, ...rest }, index): Written => {
        // What has been folded can neither be taken back nor wait until it is known.
        const kept = isLifetime(window) && (changes || knownLater) ? '20ms' : window;
        return { name: `${prefix}${index}`, ...dropUndefined({ ...rest, window: kept }) };
      });
      for (const each of derived) {
        const written = derive(all, each);
        if (written !== null) all.push({ name: `${prefix}${all.length}`, ...written });
      }
      return all;
    };
    const source = {
      kind: 'source',
      name: 'events',
      topic: 'events',
      id: 'id',
      entity: 'card',
      partitioner: 'murmur2',
      eventTime: { column: 'time', unit: 'ms' },
      allowedLateness: lateness,
      ...(changes ? { cdc: { key: ['card', 'k'], op: { column: 'op' } } } : {}),
      ...(knownLater ? { availableAt: { column: 'known', unit: 'ms' } } : {}),
      columns,
    };
    const byCard = {
      ...latenessOf(card),
      kind: 'feature-view',
      name: 'by_card',
      entity: 'card',
      source: 'events',
      features: named('c', card),
    };
    const byShop = {
      ...latenessOf(shop),
      kind: 'feature-view',
      name: 'by_shop',
      entity: 'shop',
      source: 'events',
      features: named('p', shop),
    };
    const service = {
      kind: 'feature-service',
      name: 'svc',
      source: 'events',
      views: ['by_card', 'by_shop'],
      passThrough: [
        { name: 'a', expression: 'a' },
        { name: 'text', expression: { op: 'coalesce', args: ['s', { op: 'literal', value: 'none' }] } },
        { name: 'flag', expression: { op: 'and', args: ['f', { op: 'is-null', args: ['a'] }] } },
        { name: 'hour', expression: { op: 'hour', args: [{ op: 'event-time' }], zone: 'Asia/Kolkata' } },
        // A feature of any type may be asked whether it is missing.
        { name: 'missing', expression: { op: 'is-null', args: [{ op: 'feature', name: 'c0' }] } },
      ],
    };
    const entities = [
      { kind: 'entity', name: 'card', key: 'card', type: 'string' },
      { kind: 'entity', name: 'shop', key: 'shop', type: 'long' },
    ];
    const parsed = parseDefinitions([source, ...entities, byCard, byShop, service], noDefinitions);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return parsed.definitions;
  });

export interface RandomEvent {
  readonly id: string;
  readonly time: number;
  readonly card: string;
  readonly shop: number;
  readonly a: number | null;
  readonly n: number | null;
  readonly f: boolean | null;
  readonly s: string | null;
  /** With the card the key of a row, where the source has the changes of a table. */
  readonly k: number;
  readonly op: string;
  readonly known: number | null;
}

export const startMs = 1_700_000_000_000;

/** Events in log order whose times mostly rise, often tie, and sometimes fall back. */
export const randomEvents: fc.Arbitrary<RandomEvent[]> = fc
  .array(
    fc.record({
      step: fc.oneof(
        { arbitrary: fc.integer({ min: 0, max: 2 }), weight: 8 },
        { arbitrary: fc.integer({ min: -20, max: 12 }), weight: 1 },
      ),
      // A straggler among events that go on, which later windows may still reach.
      late: fc.oneof({ arbitrary: fc.constant(null), weight: 4 }, fc.integer({ min: 1, max: 18 })),
      // The id of an event before it, mostly within its lateness, at a time of its own.
      again: fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, fc.integer({ min: 1, max: 6 })),
      card: fc.constantFrom('c1', 'c1', "c'2"),
      shop: fc.constantFrom(7, 7, 8),
      a: fc.option(
        fc.integer({ min: -30, max: 99 }).map((tenths) => tenths / 10),
        { freq: 5 },
      ),
      n: fc.option(fc.integer({ min: -3, max: 5 }), { freq: 5 }),
      f: fc.option(fc.boolean(), { freq: 5 }),
      s: fc.option(fc.constantFrom('x', 'y', 'z', '', "q'\\"), { freq: 5 }),
      k: fc.integer({ min: 1, max: 5 }),
      op: fc.constantFrom('c', 'c', 'r', 'u', 'u', 'u', 'd'),
      knownAfter: fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 12 })),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((events) => {
    let time = startMs;
    return events.map(({ step, late, again, knownAfter, ...event }, index) => {
      time += step;
      const happened = time - (late ?? 0);
      const known = knownAfter === null ? null : happened + knownAfter;
      return { id: `e${Math.max(0, index - again)}`, time: happened, ...event, known };
    });
  });
