import { describe, expect, it } from 'vitest';
import { FeastError } from '@millrace/feast-protocol';
import type { EntityState } from '@millrace/feature-engine';
import type { ViewEntity } from '../../store/view-states.ts';
import type { BorrowedState } from '../build-vectors.ts';
import { FeaturesUnderTest, paymentsSource } from '../definitions-for-tests.ts';
import { blueprintsOf } from '../source-blueprint.ts';
import { ReadOnlineFeatures } from './read-online-features.ts';
import { ReadPlans } from './read-plans.ts';

const hourMs = 3_600_000;
const nowMs = 1_700_000_000_000;
const column = (name: string) => ({ op: 'column', name }) as const;

const definitions = [
  { ...paymentsSource, columns: { ...paymentsSource.columns, seller: 'long', items: 'long', note: 'string' } },
  { kind: 'entity', name: 'card', key: 'card', type: 'string' },
  { kind: 'entity', name: 'shop', key: 'seller', type: 'long' },
  cardView(1, '1h'),
  {
    kind: 'feature-view',
    name: 'shop_load',
    version: 1,
    entity: 'shop',
    source: 'payments',
    features: [{ name: 'count', aggregation: 'count', window: '24h' }],
  },
  {
    kind: 'feature-service',
    name: 'risk',
    source: 'payments',
    views: ['card_spend', 'shop_load'],
    passThrough: [
      { name: 'amount', expression: column('amount') },
      { name: 'ratio', expression: { op: '/', args: [column('amount'), { op: 'feature', name: 'sum' }] } },
    ],
    features: ['ratio', 'sum', 'n', 'amount', 'newest'],
    startFrom: 'now',
  },
];

function cardView(version: number, window: string): object {
  return {
    kind: 'feature-view',
    name: 'card_spend',
    version,
    entity: 'card',
    source: 'payments',
    features: [
      { name: 'n', aggregation: 'count', window },
      { name: 'sum', aggregation: 'sum', input: column('amount'), window },
      { name: 'mean', aggregation: 'mean', input: column('amount'), window },
      { name: 'items', aggregation: 'last', input: column('items'), window },
      { name: 'newest', aggregation: 'last', input: column('note'), window },
    ],
  };
}

/** The states of every view as its owners would have them after these payments. */
class AppliedPayments {
  readonly states = new Map<string, EntityState>();

  constructor(features: FeaturesUnderTest, payments: readonly Record<string, unknown>[]) {
    const logs = blueprintsOf(features.state).flatMap(({ ownViews, rekeyedViews }) => [...ownViews, ...rekeyedViews]);
    for (const { view } of logs) {
      payments.forEach((row, position) => {
        const key = view.key(row);
        const inputs = view.inputs(row, Number(row['ts']));
        if (typeof key !== 'string' || 'invalid' in inputs) throw new RangeError('not a payment');
        const state = this.states.get(`${view.id}|${key}`) ?? view.emptyState();
        state.apply({ timeMs: Number(row['ts']), position, inputs });
        this.states.set(`${view.id}|${key}`, state);
      });
    }
  }

  async read(wanted: readonly ViewEntity[]): Promise<BorrowedState[]> {
    return wanted.map(({ log, entity }) => {
      const state = this.states.get(`${log.view.id}|${entity}`) ?? log.view.emptyState();
      return { state, partition: 0, cut: state.applied };
    });
  }
}

const payment = (card: string, amount: number, agoMs: number, more: object = {}) => ({
  payment_id: `${card}-${agoMs}`,
  card,
  shop: 's',
  seller: 7,
  amount,
  items: 3,
  note: 'é"',
  ts: nowMs - agoMs,
  ...more,
});

const features = new FeaturesUnderTest();
const defined = features.define(...definitions);
const states = new AppliedPayments(features, [
  payment('a', 1.5, 1_000),
  payment('a', 2.5, 250, { note: null, items: null }),
  payment('old', 4, 30 * hourMs),
]);

function reader(more: { maxCells?: number; under?: FeaturesUnderTest } = {}): ReadOnlineFeatures {
  const { state } = more.under ?? features;
  return new ReadOnlineFeatures({
    plans: new ReadPlans({ state, read: async () => state }),
    states,
    maxCells: more.maxCells ?? 1_000,
    now: () => nowMs,
  });
}

interface Answer {
  readonly metadata: { readonly feature_names: string[]; readonly feature_view_metadata?: unknown };
  readonly results: { readonly values: unknown[]; readonly statuses: string[]; readonly event_timestamps: string[] }[];
}

async function read(body: object, by = reader()): Promise<Answer> {
  return JSON.parse(await by.read(body)) as Answer;
}

async function refusal(body: object, by = reader()): Promise<string> {
  const error: unknown = await by.read(body).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FeastError) return `${error.code} ${error.message}`;
  throw error;
}

describe('reading online features', () => {
  it('answers references to features of several views, each with its own key', async () => {
    expect(defined.ok).toBe(true);
    const text = await reader().read({
      entities: { card: ['a'], seller: [7] },
      features: ['card_spend:sum', 'card_spend:n', 'shop_load:count', 'card_spend:newest', 'card_spend:items'],
    });
    const { metadata, results } = JSON.parse(text) as Answer;
    expect(metadata).toEqual({ feature_names: ['card', 'seller', 'sum', 'n', 'count', 'newest', 'items'] });
    expect(results.map(({ values }) => values)).toEqual([['a'], [7], [4], [2], [2], ['é"'], [3]]);
    expect(text).toContain('"values":[4.0]');
    expect(text).toContain('"values":[2]');
    expect(results[2]?.event_timestamps).toEqual([new Date(nowMs - 250).toISOString()]);
  });

  it('tells an entity never seen, one whose events are all too old, and a value that is missing apart', async () => {
    const { results } = await read({
      entities: { card: ['a', 'nobody', 'old'] },
      features: ['card_spend:n', 'card_spend:mean', 'card_spend:items'],
    });
    expect(results[1]).toMatchObject({ values: [2, 0, 0], statuses: ['PRESENT', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] });
    expect(results[2]).toMatchObject({ values: [2, null, null] });
    expect(results[1]?.event_timestamps[1]).toBe('1970-01-01T00:00:00Z');
    const empty = new FeaturesUnderTest();
    empty.define(...definitions);
    const lacking = new ReadOnlineFeatures({
      plans: new ReadPlans({ state: empty.state, read: async () => empty.state }),
      states: new AppliedPayments(empty, [payment('a', 1, 0, { note: null })]),
      maxCells: 10,
      now: () => nowMs,
    });
    const { results: found } = await read({ entities: { card: ['a'] }, features: ['card_spend:newest'] }, lacking);
    expect(found[1]).toMatchObject({ values: [null], statuses: ['NULL_VALUE'] });
  });

  it('answers a feature service in the model’s order, with what it computes from the request', async () => {
    const body = { entities: { card: ['a', 'nobody'], seller: [7, 8], amount: [8, 1] }, feature_service: 'risk' };
    const { metadata, results } = await read(body);
    expect(metadata.feature_names).toEqual(['card', 'seller', 'ratio', 'sum', 'n', 'amount', 'newest']);
    expect(results.slice(2).map(({ values }) => values)).toEqual([
      [2, null],
      [4, 0],
      [2, 0],
      [8, 1],
      ['é"', null],
    ]);
    const full = await read({ ...body, full_feature_names: true, include_feature_view_version_metadata: true });
    expect(full.metadata).toEqual({
      feature_names: [
        'card',
        'seller',
        'risk_on_demand__ratio',
        'card_spend__sum',
        'card_spend__n',
        'risk_on_demand__amount',
        'card_spend__newest',
      ],
      feature_view_metadata: [
        { name: 'card_spend', version: 1 },
        { name: 'shop_load', version: 1 },
      ],
    });
  });

  it('answers on-demand features by reference, and takes an entity’s name for its key', async () => {
    const { metadata, results } = await read({
      entities: { card: ['a'], shop: [7], amount: [2] },
      features: ['risk_on_demand:ratio', 'shop_load:count'],
    });
    expect(metadata.feature_names).toEqual(['card', 'shop', 'ratio', 'count']);
    expect(results.slice(2).map(({ values }) => values)).toEqual([[0.5], [2]]);
  });

  it.each([
    [
      { entities: { card: ['a'] }, features: ['nothing:n'] },
      'FEAST_FEATURE_VIEW_NOT_FOUND there is no feature view "nothing"; there are: card_spend, shop_load',
    ],
    [
      { entities: { card: ['a'] }, features: ['card_spend@v9:n'] },
      'FEAST_FEATURE_VIEW_VERSION_NOT_FOUND feature view "card_spend" has no version 9; it has: 1',
    ],
    [
      { entities: { card: ['a'] }, features: ['card_spend:x'] },
      'FEAST_FEATURE_NOT_FOUND feature view "card_spend" has no feature "x"; it has: n, sum, mean, items, newest',
    ],
    [
      { entities: { card: ['a'] }, features: ['risk_on_demand:sum'] },
      'FEAST_FEATURE_NOT_FOUND feature view "risk_on_demand" has no feature "sum"; it has: ratio, amount',
    ],
    [
      { entities: { card: ['a'] }, feature_service: 'nothing' },
      'FEAST_FEATURE_SERVICE_NOT_FOUND there is no feature service "nothing"; there are: risk',
    ],
    [
      { entities: { card: ['a'] }, feature_service: 'risk@v2' },
      'FEAST_FEATURE_SERVICE_NOT_FOUND there is no feature service "risk@v2"',
    ],
    [{ entities: { card: ['a'] }, features: ['card_spend:n', 'card_spend:n'] }, 'FEAST_NAME_COLLISION_INVALID'],
    [
      { entities: { shop: ['a'] }, features: ['card_spend:n'] },
      'FEAST_REQUEST_INVALID entities: there is no column "card"',
    ],
    [
      { entities: { card: ['a', 5] }, features: ['card_spend:n'] },
      'FEAST_REQUEST_INVALID entities.card[1]: 5 is no key of entity "card": send a text',
    ],
    [{ entities: { card: [''] }, features: ['card_spend:n'] }, 'FEAST_REQUEST_INVALID entities.card[0]: "" is no key'],
    [
      { entities: { seller: [12.5] }, features: ['shop_load:count'] },
      'FEAST_REQUEST_INVALID entities.seller[0]: 12.5 is no key of entity "shop": send a whole number',
    ],
    [
      { entities: { card: ['a'], seller: [7] }, feature_service: 'risk' },
      'FEAST_REQUEST_DATA_NOT_FOUND entities: there is no column "amount"',
    ],
    [
      { entities: { card: ['a'], seller: [7], amount: ['x'] }, feature_service: 'risk' },
      'FEAST_REQUEST_INVALID entities[0]: column amount: "x" is not a number',
    ],
    [
      { entities: { card: Array<string>(10_001).fill('a') }, features: ['card_spend:n'] },
      'FEAST_REQUEST_TOO_LARGE 10001 rows of 1 features',
    ],
    [
      { entities: { card: Array<string>(501).fill('a') }, features: ['card_spend:n', 'card_spend:sum'] },
      'FEAST_REQUEST_TOO_LARGE 501 rows of 2 features',
    ],
  ])('refuses %j', async (body, expected) => {
    expect(await refusal(body)).toContain(expected);
  });

  it('takes the newest version that serves, and any other by its number once it serves', async () => {
    const under = new FeaturesUnderTest();
    under.define(...definitions);
    under.define(cardView(2, '48h'));
    const by = reader({ under });
    const body = (reference: string) => ({
      entities: { card: ['a'] },
      features: [reference],
      full_feature_names: true,
    });
    expect((await read(body('card_spend:n'), by)).metadata.feature_names).toEqual(['card', 'card_spend__n']);
    expect(await refusal(body('card_spend@v2:n'), by)).toContain(
      'FEAST_NOT_YET feature view "card_spend@v2" is being built from the log of source "payments"',
    );
    under.submit({ type: 'complete-build', source: 'payments', build: 1, services: ['risk@1'] });
    expect((await read(body('card_spend@v2:n'), by)).metadata.feature_names).toEqual(['card', 'card_spend@v2__n']);
    const versioned = { ...body('card_spend:n'), include_feature_view_version_metadata: true };
    expect((await read(versioned, by)).metadata.feature_view_metadata).toEqual([{ name: 'card_spend', version: 2 }]);
  });

  it('asks the journal for what was defined through another instance a moment ago', async () => {
    const under = new FeaturesUnderTest();
    const plans = new ReadPlans({
      state: under.state,
      read: async () => {
        under.define(...definitions);
        return under.state;
      },
    });
    const shape = { features: ['card_spend:n'], fullFeatureNames: false };
    const plan = await plans.find(shape);
    expect(plan.outputs.map(({ name }) => name)).toEqual(['n']);
    expect(await plans.find(shape)).toBe(plan);
  });
});
