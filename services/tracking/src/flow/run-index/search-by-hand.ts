import fc from 'fast-check';
import { matchesClause } from '@millrace/mlflow-protocol';
import type { RunEvent } from '@millrace/schemas';
import { datasetOf, factsOf } from '../runs/run-facts.ts';
import { RunHead } from '../runs/run-head.ts';
import { foundOrder } from '../runs/run-order.ts';
import {
  isNumberField,
  type FoundRun,
  type OrderValue,
  type RunExpression,
  type RunQuery,
  type SearchClause,
  type SearchField,
} from '../runs/run-search.ts';
import { nothingSaid } from '../runs/nothing-said.ts';

/** For tests: a search as one would do it with a list of runs, which every faster one must equal; and runs to search. */
export function searchByHand(
  heads: readonly RunHead[],
  { where, order, viewType, after, limit }: RunQuery & { after: FoundRun | undefined; limit: number },
): FoundRun[] {
  const inOrder = foundOrder(order);
  return heads
    .filter((head) => head.exists && (viewType === 'ALL' || head.isDeleted === (viewType === 'DELETED_ONLY')))
    .filter((head) => holds(head, where))
    .map((head) => ({ id: head.id, place: order.map(({ field }) => placeOf(head, field)) }))
    .sort(inOrder)
    .filter((found) => after === undefined || inOrder(found, after) > 0)
    .slice(0, limit);
}

function holds(head: RunHead, where: RunExpression): boolean {
  switch (where.kind) {
    case 'comparison':
      return clauseHolds(head, where.clause);
    case 'not':
      return !holds(head, where.term);
    case 'and':
      return where.terms.every((term) => holds(head, term));
    default:
      return where.terms.some((term) => holds(head, term));
  }
}

function clauseHolds(head: RunHead, { field, comparator, value }: SearchClause): boolean {
  const matches = (actual: string | number | undefined): boolean =>
    Number.isNaN(actual)
      ? comparator === '!='
      : matchesClause(actual, { entity: field.on, key: field.key, comparator, value });
  if (field.on !== 'dataset') return matches(valueOf(head, field));
  const context = 'mlflow.data.context';
  return head.links('dataset').some((link) => {
    const { name, digest, tags } = datasetOf(link);
    return matches({ name, digest, context: tags.find(({ key }) => key === context)?.value ?? '' }[field.key]);
  });
}

function valueOf(head: RunHead, field: SearchField): string | number | undefined {
  switch (field.on) {
    case 'metric':
      return head.metrics.find(({ key }) => key === field.key)?.number;
    case 'param':
      return head.param(field.key)?.text;
    case 'tag':
      return head.tag(field.key);
    case 'dataset':
      return undefined;
    default:
      if (field.key === 'run_id') return head.id;
      if (!isNumberField(field)) return head.attribute(field.key) ?? '';
      return head.numberAttribute(field.key) ?? (field.key === 'end_time' ? undefined : 0);
  }
}

function placeOf(head: RunHead, field: SearchField): OrderValue {
  const value = valueOf(head, field);
  if (value === undefined) return [2, isNumberField(field) ? 0 : ''];
  return Number.isNaN(value) ? [1, 0] : [0, value];
}

const texts = ['', 'a', 'A', 'ab', 'b%', 'é', '\u{1f600}', '\uffff', 'c\\d', "it's"];
const numbers = [0, -1, 0.1, 0.3, 1e300, 5, Number.NaN];
const keys = ['k', 'l'];
const someTexts = fc.constantFrom(...texts);
const someNumbers = fc.constantFrom(...numbers);
const someKeys = fc.constantFrom(...keys);

const somePoint = fc
  .record({ key: someKeys, value: someNumbers, step: fc.integer({ min: -2, max: 2 }), timestampMs: fc.nat(3) })
  .map((point) => ({ ...point, modelId: null, runId: null, datasetName: null, datasetDigest: null }));
const someWrite = fc.record({
  attributes: fc.oneof(
    fc.constant({}),
    fc.record({ status: fc.constantFrom('RUNNING', 'FINISHED') }),
    fc.record({ end_time: fc.nat(3).map(String) }),
    fc.record({ lifecycle_stage: fc.constantFrom('active', 'deleted') }),
  ),
  metrics: fc.array(somePoint, { maxLength: 3 }),
  params: fc.array(fc.record({ key: someKeys, value: someTexts }), { maxLength: 1 }),
  tags: fc.array(fc.record({ key: someKeys, value: fc.option(someTexts) }), { maxLength: 2 }),
  datasets: fc.array(
    fc.record({ name: someTexts, digest: someTexts, context: someTexts }).map(({ context, ...dataset }) => ({
      ...dataset,
      sourceType: 's',
      source: '{}',
      schema: null,
      profile: null,
      tags: [{ key: 'mlflow.data.context', value: context }],
    })),
    { maxLength: 1 },
  ),
});

/** A log of runs that are created and written to; the same for the same seed. */
export function randomEvents(of: { runs: number; seed: number; experimentId: string }): RunEvent[] {
  const run = fc.record({ startTime: fc.nat(3), name: someTexts, writes: fc.array(someWrite, { maxLength: 5 }) });
  const runs = fc.sample(run, { numRuns: of.runs, seed: of.seed });
  return runs.flatMap(({ startTime, name, writes }, index) => {
    const envelope = { subject: 'run', id: `r${index}`, experimentId: of.experimentId, atMs: 1, actor: 'a' };
    const created = { created_time: '1', start_time: String(startTime), name, user_id: 'u', lifecycle_stage: 'active' };
    return [
      { ...nothingSaid, ...envelope, eventId: 'e', type: 'created', attributes: created },
      ...writes.map((write) => ({ ...nothingSaid, ...envelope, eventId: 'e', type: 'logged', ...write })),
    ];
  });
}

export function headsOfEvents(events: readonly RunEvent[]): RunHead[] {
  const heads = new Map<string, RunHead>();
  for (const [offset, event] of events.entries()) {
    const head = heads.get(event.id) ?? new RunHead('run', event.id);
    heads.set(event.id, head);
    for (const fact of factsOf(event, { partition: 0, offset })) head.fold(fact);
  }
  return [...heads.values()];
}

const ordering = fc.constantFrom('=' as const, '!=' as const, '>' as const, '>=' as const, '<' as const, '<=' as const);
const numberFields: fc.Arbitrary<SearchField> = fc.oneof(
  fc.record({ on: fc.constant('metric' as const), key: someKeys }),
  fc.record({
    on: fc.constant('attribute' as const),
    key: fc.constantFrom('start_time' as const, 'end_time' as const),
  }),
);
const keyedTexts = fc.record({ on: fc.constantFrom('param' as const, 'tag' as const), key: someKeys });
const textAttributes = fc.record({
  on: fc.constant('attribute' as const),
  key: fc.constantFrom('name' as const, 'status' as const, 'run_id' as const, 'user_id' as const),
});
const datasetFields = fc.record({
  on: fc.constant('dataset' as const),
  key: fc.constantFrom('name' as const, 'digest' as const, 'context' as const),
});
const comparing = fc.constantFrom('=' as const, '!=' as const, 'LIKE' as const, 'ILIKE' as const);
const patterns = fc.oneof(someTexts, fc.constantFrom('%', 'a%', '%A%', '_', 'r1%', 'RUNNING', 'c\\%'));

const someClause: fc.Arbitrary<SearchClause> = fc.oneof(
  fc.record({ field: numberFields, comparator: ordering, value: someNumbers.filter((one) => !Number.isNaN(one)) }),
  fc.record({ field: fc.oneof(keyedTexts, textAttributes, datasetFields), comparator: comparing, value: patterns }),
  fc.record({
    field: keyedTexts,
    comparator: fc.constantFrom('IS NULL' as const, 'IS NOT NULL' as const),
    value: fc.constant(null),
  }),
  fc.record({
    field: fc.oneof(keyedTexts, textAttributes, datasetFields),
    comparator: fc.constantFrom('IN' as const, 'NOT IN' as const),
    value: fc.array(fc.oneof(someTexts, fc.constantFrom('r1', 'r2', 'r30')), { minLength: 1, maxLength: 4 }),
  }),
);

const { tree: someExpression } = fc.letrec<{ tree: RunExpression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('comparison' as const), clause: someClause }),
    fc.record({ kind: fc.constant('not' as const), term: tie('tree') }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), terms: fc.array(tie('tree'), { maxLength: 3 }) }),
  ),
}));

const someOrders = fc
  .uniqueArray(fc.record({ field: fc.oneof(numberFields, keyedTexts, textAttributes), descending: fc.boolean() }), {
    maxLength: 2,
    selector: ({ field }) => `${field.on} ${field.key}`,
  })
  .map((orders) => [...orders, { field: { on: 'attribute' as const, key: 'start_time' as const }, descending: true }]);

export const randomSearch: fc.Arbitrary<RunQuery> = fc.record({
  subject: fc.constant('run' as const),
  viewType: fc.constantFrom('ACTIVE_ONLY' as const, 'DELETED_ONLY' as const, 'ALL' as const),
  where: someExpression,
  order: someOrders,
});
