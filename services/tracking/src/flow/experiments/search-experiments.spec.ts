import { expect, it } from 'vitest';
import type { Experiment } from './experiments.ts';
import { searchExperiments } from './search-experiments.ts';

const experiment = (id: number, name: string, more: Partial<Experiment> = {}): Experiment => ({
  id: String(id),
  name,
  artifactLocation: '',
  lifecycleStage: 'active',
  createdBy: null,
  createdAtMs: id * 10,
  updatedAtMs: 1000 - id,
  tags: new Map(),
  ...more,
});
const all = [
  experiment(2, 'a', { tags: new Map([['team', 'risk']]) }),
  experiment(9, 'B'),
  experiment(10, 'ab', { tags: new Map([['team', 'web']]) }),
  experiment(11, 'old', { lifecycleStage: 'deleted' }),
];
const ids = (filter?: string, orderBy: string[] = [], more: Partial<Parameters<typeof searchExperiments>[1]> = {}) =>
  searchExperiments(all, { filter, orderBy, view: 'ACTIVE_ONLY', token: undefined, size: 100, ...more }).page.map(
    ({ id }) => Number(id),
  );

it.each([
  [undefined, [10, 9, 2]],
  ["name LIKE 'a%'", [10, 2]],
  ["attribute.name ILIKE 'b'", [9]],
  ["name = 'a' OR tags.team = 'web'", [10, 2]],
  ["NOT tag.team = 'web'", [9, 2]],
  ["tags.team != 'web'", [2]],
  ['tags.team IS NULL', [9]],
  ["tags.team IN ('web', 'risk') AND (creation_time < 50 OR last_update_time = 990)", [10, 2]],
  ["experiment_id IN ('2', '9')", [9, 2]],
  ['creation_time IN (20, 90)', [9, 2]],
])('%s finds what it says', (filter, expected) => {
  expect(ids(filter)).toEqual(expected);
});

it('deleted ones are seen when they are asked for', () => {
  expect(ids(undefined, [], { view: 'DELETED_ONLY' })).toEqual([11]);
  expect(ids(undefined, [], { view: 'ALL' })).toEqual([11, 10, 9, 2]);
});

it('an order has several keys, and ids are numbers in it', () => {
  expect(ids(undefined, ['experiment_id'])).toEqual([2, 9, 10]);
  expect(ids(undefined, ['last_update_time DESC', 'name'])).toEqual([2, 9, 10]);
  expect(ids(undefined, ['name ASC, experiment_id DESC'])).toEqual([9, 2, 10]);
});

it.each([
  ["colour = 'red'", "Invalid attribute key 'colour' specified. Valid keys are '{'name', 'experiment_id'"],
  ['metrics.auc > 1', "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"],
  ["creation_time LIKE '1'", "Invalid comparator 'LIKE' not one of"],
  ["name > 'a'", "Invalid comparator '>' not one of"],
  ["tags.team >= 'a'", "Invalid comparator '>=' not one of"],
  ["tags.team RLIKE 'a'", "Invalid comparator 'RLIKE' not one of"],
  ['name = 5', 'Expected a quoted string value or a list of quoted string values for attributes. Got value 5'],
  ['tags.team = 5', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"],
  ["creation_time = 'soon'", "Expected numeric value type for numeric attribute: creation_time. Found 'soon'"],
  ['name IN (1)', 'got different type in list: (1)'],
  ['name IS NULL', 'only supported for tags'],
])('%s is refused', (filter, message) => {
  expect(() => ids(filter)).toThrow(
    expect.objectContaining({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
});

it.each([
  [['tags.team'], 'Invalid order_by entity: tag'],
  [['colour'], "Invalid attribute key 'colour' specified"],
  [['name', 'name DESC'], "`order_by` contains duplicate fields: ['name', 'name DESC']"],
])('the order %j is refused', (orderBy, message) => {
  expect(() => ids(undefined, orderBy)).toThrow(message);
});

it('pages neither repeat nor leave out what stays, whatever comes and goes between them', () => {
  const query = { filter: undefined, orderBy: ['name'], view: 'ACTIVE_ONLY', size: 2 } as const;
  const many = ['c', 'e', 'g', 'i', 'k'].map((name, index) => experiment(index + 1, name));
  const first = searchExperiments(many, { ...query, token: undefined });
  expect(first.page.map(({ name }) => name)).toEqual(['c', 'e']);
  const changed = [experiment(20, 'a'), ...many.slice(2), experiment(21, 'h')];
  const second = searchExperiments(changed, { ...query, token: first.nextPageToken });
  expect(second.page.map(({ name }) => name)).toEqual(['g', 'h']);
  const last = searchExperiments(changed, { ...query, token: second.nextPageToken, size: 10 });
  expect(last.page.map(({ name }) => name)).toEqual(['i', 'k']);
  expect(last.nextPageToken).toBeUndefined();
});

it('a token of another query, or of none, is refused', () => {
  const query = { filter: undefined, orderBy: [], view: 'ALL', size: 1 } as const;
  const { nextPageToken: token } = searchExperiments(all, { ...query, token: undefined });
  expect(() => searchExperiments(all, { ...query, view: 'ACTIVE_ONLY', token })).toThrow('it belongs to another query');
  expect(() => searchExperiments(all, { ...query, token: 'nonsense' })).toThrow('Invalid page token');
  const forged = Buffer.from(
    JSON.stringify([JSON.parse(Buffer.from(token ?? '', 'base64url').toString())[0] as string, { a: 1 }]),
  ).toString('base64url');
  expect(() => searchExperiments(all, { ...query, token: forged })).toThrow('it says no place in a list');
});
