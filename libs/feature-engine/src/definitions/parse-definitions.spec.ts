import { describe, expect, it } from 'vitest';
import { aggregations } from '../aggregations/registry.ts';
import { derived, ratio } from '../derived/build-derived.ts';
import { column, divide, eventTime, feature, greaterThan, hour } from '../expressions/build-expression.ts';
import { compile } from '../plans/compile.ts';
import { count, entity, featureService, featureView, last, mean, source, sum, toJson, windows } from './builder.ts';
import { canonicalJson, definitionHash } from './canonical-json.ts';
import { parseDefinitions } from './parse-definitions.ts';

const payments = source({
  name: 'payments',
  topic: 'payments',
  id: 'id',
  entity: 'card',
  partitioner: 'crc32',
  eventTime: { column: 'at', unit: 'ms' },
  columns: {
    id: 'string',
    at: 'timestamp',
    card: 'string',
    shop: 'long',
    amount: 'double',
    refund: 'boolean',
    country: 'string',
  },
});
const card = entity({ name: 'card', key: 'card', type: 'string' });
const shop = entity({ name: 'shop', key: 'shop', type: 'long' });
const spend = featureView({
  name: 'spend',
  entity: card,
  source: payments,
  features: windows(['1d', '7d'], (w) => ({ [`n_${w}`]: count(w), [`mean_${w}`]: mean('amount', w) })),
});
const takings = featureView({
  name: 'takings',
  entity: shop,
  source: payments,
  features: { refunds: sum('refund', '7d', { delay: '1d' }), country: last('country', '30d', { empty: 'nowhere' }) },
});
const scoring = featureService({
  name: 'scoring',
  source: payments,
  views: [spend, takings],
  passThrough: {
    amount: column('amount'),
    ratio: divide(column('amount'), feature('mean_7d')),
    hour: hour(eventTime, 'UTC'),
  },
});
const documents = [scoring, takings, spend, shop, card, payments];

function faultsOf(json: unknown, known?: Parameters<typeof parseDefinitions>[1]): string[] {
  const parsed = parseDefinitions(json, known);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path}: ${message}`);
}

function accepted(json: unknown, known?: Parameters<typeof parseDefinitions>[1]) {
  const parsed = parseDefinitions(json, known);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed;
}

describe('definitions', () => {
  it('come from the builder, in any order, with defaults filled in and versions pinned', () => {
    const { definitions, added } = accepted(JSON.parse(toJson(documents)));
    expect(added).toHaveLength(6);
    expect(definitions.sources.get('payments')).toMatchObject({
      keyEncoding: 'string',
      allowedLateness: '10m',
      maxFuture: '1h',
    });
    expect(definitions.featureServices.get('scoring@1')).toMatchObject({
      views: [
        { view: 'spend', version: 1 },
        { view: 'takings', version: 1 },
      ],
    });
  });

  it('compile into a service whose features lie in order, numbers and strings apart', () => {
    const service = compile('scoring@1', accepted(documents).definitions);
    expect(service.features.map(({ name, type, slot }) => `${name} ${type} ${slot}`)).toEqual([
      'n_1d double 0',
      'mean_1d double 1',
      'n_7d double 2',
      'mean_7d double 3',
      'refunds double 4',
      'country string 0',
      'amount double 5',
      'ratio double 6',
      'hour double 7',
    ]);
    expect(service.views.map(({ plan, key }) => `${plan.id} ${plan.log} ${key}`)).toEqual([
      'spend@1 source card',
      'takings@1 rekeyed shop',
    ]);
    expect(service.requestColumns).toEqual(['amount']);
  });

  it('give the features of a service in the order it asks for', () => {
    const service = { ...scoring, features: ['country', 'amount', 'n_7d'] };
    const { features } = compile('scoring@1', accepted([service, ...documents.slice(1)]).definitions);
    expect(features.map(({ name, slot }) => `${name} ${slot}`)).toEqual(['country 0', 'amount 0', 'n_7d 1']);
  });

  it('are accepted again unchanged, and refused when changed under the same name and version', () => {
    const { definitions } = accepted(documents);
    expect(accepted(documents, definitions).added).toEqual([]);
    const shorter = { ...spend, features: spend.features.slice(1) };
    expect(faultsOf(shorter, definitions)).toEqual([
      ': feature-view spend@1 exists with other content, and definitions never change in place: give it a new version',
    ]);
    expect(accepted({ ...shorter, version: 2 }, definitions).added).toHaveLength(1);
    expect(faultsOf({ ...payments, topic: 'other' }, definitions)).toEqual([
      ': source payments exists with other content, and definitions never change in place: give the changed one another name',
    ]);
  });

  it('let a source gain columns, and not change their types', () => {
    const { definitions } = accepted(documents);
    const wider = accepted({ ...payments, columns: { ...payments.columns, note: 'string' } }, definitions);
    expect(wider.definitions.sources.get('payments')?.columns).toHaveProperty('note');
    expect(
      accepted({ ...payments, columns: { note: 'string' } }, definitions).definitions.sources.get('payments')?.columns,
    ).toHaveProperty('amount');
    expect(faultsOf({ ...payments, columns: { ...payments.columns, amount: 'string' } }, definitions)).toHaveLength(1);
  });

  it('name the newest version of a view where a service names none', () => {
    const { definitions } = accepted(documents);
    const next = accepted(
      [
        { ...spend, version: 7 },
        { kind: 'feature-service', name: 'short', source: 'payments', views: ['spend', 'takings@1'] },
      ],
      definitions,
    );
    expect(next.definitions.featureServices.get('short@1')?.views).toEqual([
      { view: 'spend', version: 7 },
      { view: 'takings', version: 1 },
    ]);
  });

  it('wait for columns that are not known yet', () => {
    const { columns, ...bare } = payments;
    const { definitions } = accepted([bare, card, spend]);
    expect(columns).toBeDefined();
    expect(definitions.sources.get('payments')?.columns).toBeUndefined();
    expect(
      accepted(
        documents.slice(0, -1).filter((each) => each !== spend && each !== card),
        accepted(payments, definitions).definitions,
      ).added,
    ).toHaveLength(3);
  });

  it('list every fault with its path', () => {
    const faults = faultsOf({
      definitions: [
        {
          kind: 'source',
          name: '1st',
          topic: '',
          partitioner: 'murmur2',
          eventTime: { column: 'amount', unit: 'days' },
          allowedLateness: 10,
          colums: {},
        },
        payments,
        card,
        {
          kind: 'feature-view',
          name: 'v',
          version: 0,
          entity: 'nobody',
          source: 'nowhere',
          features: [
            { name: 'a', aggregation: 'sum', window: '0d', delay: '-1d' },
            { name: 'a', aggregation: 'median', input: 'amount', window: '1d' },
          ],
        },
        {
          kind: 'feature-view',
          name: 'w',
          entity: 'card',
          source: 'payments',
          keyColumn: 'amount',
          features: [
            { name: 'a', aggregation: 'sum', input: 'country', window: '1d', empty: 'x' },
            { name: 'b', aggregation: 'last', input: 'country', filter: 'amount', window: '1d', empty: 0 },
          ],
        },
        {
          kind: 'feature-service',
          name: 's',
          source: 'payments',
          views: ['w', 'w', 'missing', { view: 'w', version: 3 }],
          passThrough: [{ name: 'a', expression: { op: '+', args: ['amount', { op: 'feature', name: 'nope' }] } }],
          features: ['a', 'a', 'zzz'],
          startFrom: 'yesterday',
        },
        { kind: 'entity' },
        'nonsense',
      ],
    });
    expect(faults).toEqual([
      'definitions[0].name: must be a name: a letter, then up to 99 letters, digits, underscores or hyphens, not "1st"',
      'definitions[0].topic: must be a text of 1 to 2000 characters, not ""',
      'definitions[0].eventTime.unit: must be one of ms, s, us, iso8601, not "days"',
      'definitions[0].partitioner: needs "entity", the column that the topic is keyed by',
      expect.stringMatching(/^definitions\[0\]\.allowedLateness: must be a duration such as .*, not 10$/),
      expect.stringMatching(/^definitions\[0\]\.colums: is not known here; known are kind, name, topic/),
      'definitions[3].version: must be a whole number from 1 on, not 0',
      'definitions[3].features[0].input: is missing: sum needs a value',
      'definitions[3].features[0].delay: must be a duration such as "30s", "10m", "24h" or "7d" of at most 100 years, not "-1d"',
      'definitions[3].features[0].window: must be longer than zero',
      `definitions[3].features[1].aggregation: must be one of ${aggregations.join(', ')}, not "median"`,
      'definitions[5].startFrom: must be one of now, beginning, not "yesterday"',
      'definitions[6].name: is missing',
      'definitions[6].key: is missing',
      'definitions[6].type: is missing',
      'definitions[7]: must be an object, not "nonsense"',
      'definitions[7].kind: is missing; it is one of source, entity, feature-view, feature-service',
      'definitions[3].source: there is no source "nowhere"',
      'definitions[3].entity: there is no entity "nobody"',
      'definitions[3].features[1].name: a is already the name of another feature',
      'definitions[4].keyColumn: column amount of source payments is a double: a key is a string, int, long or timestamp',
      'definitions[4].features[0].input: is a string: sum needs a number or a boolean',
      'definitions[4].features[0].empty: must be a number like the feature, not "x"',
      'definitions[4].features[1].filter: must be a boolean, not a number',
      'definitions[4].features[1].empty: must be a string like the feature, not 0',
      'definitions[5].views[1].view: view w is used twice',
      expect.stringMatching(/^definitions\[5\]\.views\[2\]\.view: there is no feature view "missing"; there are /),
      'definitions[5].views[3].view: view w has no version 3; it has 1',
      'definitions[5].passThrough[0].expression.args[1]: none of the views has a feature "nope"; there are a, b',
      'definitions[5].passThrough[0].name: a is already the name of another feature',
      'definitions[5].features[1]: a is named twice',
      'definitions[5].features[2]: there is no feature "zzz"; there are a, b',
    ]);
  });

  it('refuse a view whose key the trigger does not have', () => {
    const other = source({
      name: 'other',
      topic: 'o',
      eventTime: { column: 'at', unit: 'ms' },
      columns: { at: 'timestamp', x: 'long' },
    });
    const service = {
      kind: 'feature-service',
      name: 's',
      source: 'other',
      views: ['spend', { view: 'takings', key: 'x' }],
    };
    expect(faultsOf([...documents, other, service])).toEqual([
      '[7].views[0].view: source other has no column "card"; it has at, x',
    ]);
  });

  it('may have features made of others before them, with a type of their own', () => {
    const refunding = (features: Parameters<typeof featureView>[0]['features']) => [
      featureView({ name: 'refunding', entity: card, source: payments, features }),
      card,
      payments,
    ];
    const parts = { refunds: sum('refund', '7d', { nulls: 'zero' }), all: count('7d') };
    const share = ratio('refunds', 'all', { empty: 0 });
    const service = featureService({
      name: 'refunds',
      source: payments,
      views: [{ name: 'refunding', version: 1 }],
      passThrough: { usual: { op: 'not', args: [feature('often')] } },
    });
    const often = derived(greaterThan(feature('share'), 0.5));
    const { definitions } = accepted([...refunding({ ...parts, share, often }), service]);
    expect(compile('refunds@1', definitions).features.map(({ name, type }) => [name, type])).toEqual([
      ['refunds', 'double'],
      ['all', 'double'],
      ['share', 'double'],
      ['often', 'boolean'],
      ['usual', 'boolean'],
    ]);
    expect(faultsOf(refunding({ share, ...parts }))).toEqual([
      '[0].features[0].expression: reads feature "refunds", and none before it in the view has that name; there are none',
      '[0].features[0].expression: reads feature "all", and none before it in the view has that name; there are none',
    ]);
    const poisoned = { last: last('country', '7d', { nulls: 'zero' }), share: { ...share, window: '1d' } };
    expect(faultsOf(refunding(poisoned))).toEqual([
      '[0].features[1].window: is not known here; known are expression, description, empty, name',
      '[0].features[0].nulls: must be "skip" or "poison", because the input is a string and has no zero',
      expect.stringContaining('[0].features[1].expression: reads feature "refunds"'),
      expect.stringContaining('[0].features[1].expression: reads feature "all"'),
    ]);
  });

  it('refuse two features of one name in different views of a service', () => {
    const clash = { ...takings, name: 'clash', features: takings.features.slice(1) };
    const service = { kind: 'feature-service', name: 's', source: 'payments', views: ['takings', 'clash'] };
    expect(faultsOf([...documents, clash, service])).toEqual([
      '[7].views[1].view: feature country clashes with one of the same name in another view of this service',
    ]);
  });

  it('refuse one entity under two keys, which the vector could not tell apart', () => {
    const own = {
      ...spend,
      name: 'by_owner',
      keyColumn: 'id',
      features: [{ name: 'k', aggregation: 'count', window: '1d' }],
    };
    const service = { kind: 'feature-service', name: 's', source: 'payments', views: ['spend', 'by_owner'] };
    expect(faultsOf([...documents, own, service])).toEqual([
      '[7].views[1].key: entity card is read by column id here and by column card in another view: use two entities',
    ]);
  });

  it('have one canonical form and one hash, whatever the order of their members', () => {
    expect(canonicalJson({ b: [1, null, { d: 'x', c: undefined }], a: true })).toBe(
      '{"a":true,"b":[1,null,{"d":"x"}]}',
    );
    expect(definitionHash({ a: 1, b: 2 })).toBe(definitionHash({ b: 2, a: 1 }));
    expect(definitionHash({ a: 1 })).not.toBe(definitionHash({ a: 2 }));
  });

  it('refuse a key column whose type is not that of the entity', () => {
    const keyed = (type: string, keyColumn: string) =>
      faultsOf([payments, { ...shop, type }, { ...takings, keyColumn, entity: 'shop' }]);
    expect(keyed('long', 'shop')).toEqual([]);
    expect(keyed('string', 'shop')).toEqual([]);
    expect(keyed('int', 'shop')).toEqual([
      '[2].keyColumn: column shop of source payments is a long, entity shop is a int',
    ]);
    expect(keyed('long', 'card')).toEqual([
      '[2].keyColumn: column card of source payments is a string, entity shop is a long',
    ]);
  });

  it('refuse a view or a source that would share its log or consumer group with another', () => {
    const second = { ...takings, version: 2 };
    const twin = { ...takings, name: 'takings-v2' };
    expect(faultsOf([...documents, second])).toEqual([]);
    expect(faultsOf([...documents, second, twin])).toEqual([
      '[6].name: gives the view the same log, features.by-takings-v2, as takings-v2@1 has: give it another name',
      '[7].name: gives the view the same log, features.by-takings-v2, as takings@2 has: give it another name',
    ]);
    expect(faultsOf({ ...payments, name: 'by-takings' }, accepted(documents).definitions)).toEqual([
      'name: is what the log of feature view takings@1 is called: give the source another name',
    ]);
  });

  it('refuse a zone that is not written as IANA does: ClickHouse would not find it', () => {
    const inZone = (zone: string) => {
      const passThrough = [{ name: 'h', expression: { op: 'hour', args: [{ op: 'event-time' }], zone } }];
      return faultsOf([payments, { kind: 'feature-service', name: 's', source: 'payments', passThrough }]);
    };
    expect(inZone('Europe/Berlin')).toEqual([]);
    expect(inZone('Asia/Kolkata')).toEqual([]);
    expect(inZone('europe/berlin')).toEqual([expect.stringContaining('"europe/berlin" is not an IANA')]);
    expect(inZone('+02:00')).toHaveLength(1);
  });
});
