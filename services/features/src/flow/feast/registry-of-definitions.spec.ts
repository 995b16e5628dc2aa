import { registry, sourceTypes, valueTypes, type Registry } from '@millrace/feast-protocol';
import { describe, expect, it } from 'vitest';
import { FeaturesUnderTest, paymentsSource } from '../definitions-for-tests.ts';
import { registryOf } from './registry-of-definitions.ts';

const column = (name: string) => ({ op: 'column', name }) as const;

function cardView(version: number): object {
  return {
    kind: 'feature-view',
    name: 'card_spend',
    version,
    description: 'what a card spends',
    entity: 'card',
    source: 'payments',
    features: [
      { name: 'n', aggregation: 'count', window: '1h' },
      { name: 'sum', aggregation: 'sum', input: column('amount'), window: '24h', description: 'in euros' },
      { name: 'seller', aggregation: 'last', input: column('shop'), window: '1h', delay: '1h' },
    ],
  };
}

function service(version: number, more: object): object {
  return {
    kind: 'feature-service',
    name: 'risk',
    version,
    source: 'payments',
    views: [{ view: 'card_spend', version: 1 }],
    startFrom: 'now',
    ...more,
  };
}

function defined(): FeaturesUnderTest {
  const features = new FeaturesUnderTest();
  const answer = features.define(
    paymentsSource,
    { kind: 'entity', name: 'card', key: 'card_id', type: 'string', description: 'not a person' },
    { ...cardView(1), keyColumn: 'card' },
    service(1, { features: ['sum'] }),
    service(2, {
      features: ['sum', 'amount'],
      passThrough: [{ name: 'amount', expression: column('amount') }],
    }),
  );
  expect(answer.ok).toBe(true);
  return features;
}

describe('the registry of Feast', () => {
  it('has the definitions with their types, keys and times', () => {
    const found = registryOf(defined().state, 'fraud');
    expect(found.projects).toEqual([{ spec: { name: 'fraud' } }]);
    expect(found.entities).toEqual([
      {
        spec: {
          name: 'card',
          project: 'fraud',
          joinKey: 'card_id',
          valueType: valueTypes.string,
          description: 'not a person',
        },
      },
    ]);
    const [source] = found.dataSources ?? [];
    expect(source).toMatchObject({ name: 'payments', type: sourceTypes.push, timestampField: 'ts' });
    const [view] = found.featureViews ?? [];
    expect(view?.meta).toEqual({ currentVersionNumber: 1 });
    expect(view?.spec).toMatchObject({
      name: 'card_spend',
      entities: ['card'],
      entityColumns: [{ name: 'card_id', valueType: valueTypes.string }],
      features: [
        { name: 'n', valueType: valueTypes.int64 },
        { name: 'sum', valueType: valueTypes.double, description: 'in euros' },
        { name: 'seller', valueType: valueTypes.string },
      ],
      ttl: { seconds: 86_400 },
      online: true,
      streamSource: { name: 'payments' },
      batchSource: { timestampField: 'ts' },
      description: 'what a card spends',
    });
  });

  it('has no time after which a view with a lifetime is too old', () => {
    const features = new FeaturesUnderTest();
    const total = { name: 'total', aggregation: 'sum', input: column('amount'), window: { kind: 'lifetime' } };
    const view = { ...cardView(1), keyColumn: 'card', features: [total] };
    const card = { kind: 'entity', name: 'card', key: 'card_id', type: 'string' };
    expect(features.define(paymentsSource, card, view).ok).toBe(true);
    expect(registryOf(features.state, 'fraud').featureViews?.[0]?.spec?.ttl).toEqual({ seconds: 0, nanos: 0 });
  });

  it('has the newest version of a service under its name, and the others under name and version', () => {
    const { featureServices, onDemandFeatureViews } = registryOf(defined().state, 'fraud');
    expect(featureServices?.map(({ spec }) => spec?.name)).toEqual(['risk@v1', 'risk']);
    expect(featureServices?.[1]?.spec?.features).toEqual([
      {
        featureViewName: 'card_spend',
        featureColumns: [{ name: 'sum', valueType: valueTypes.double, description: 'in euros' }],
        joinKeyMap: { card_id: 'card' },
      },
      { featureViewName: 'risk_on_demand', featureColumns: [{ name: 'amount', valueType: valueTypes.double }] },
    ]);
    const [onDemand] = onDemandFeatureViews ?? [];
    expect(onDemand?.spec).toMatchObject({
      name: 'risk_on_demand',
      features: [{ name: 'amount', valueType: valueTypes.double }],
      sources: {
        risk_request: {
          requestDataSource: { requestData: { schema: [{ name: 'amount', valueType: valueTypes.double }] } },
        },
        card_spend: { featureViewProjection: { featureViewName: 'card_spend' } },
      },
    });
    expect(onDemand?.spec?.featureTransformation?.userDefinedFunction?.bodyText).toMatch(
      /^def risk_on_demand\(inputs\):\n/,
    );
  });

  it('pins a view that has a newer version, once that one serves', () => {
    const features = defined();
    features.define({ ...cardView(2), keyColumn: 'card' });
    const pinned = ({ featureServices }: Registry) => featureServices?.[0]?.spec?.features?.[0]?.versionTag;
    const versions = ({ featureViews }: Registry) => featureViews?.map(({ meta }) => meta?.currentVersionNumber);
    const before = registryOf(features.state, 'fraud');
    expect([versions(before), pinned(before)]).toEqual([[1], undefined]);
    features.submit({ type: 'complete-build', source: 'payments', build: 1, services: ['risk@1', 'risk@2'] });
    const after = registryOf(features.state, 'fraud');
    expect([versions(after), pinned(after)]).toEqual([[2], 1]);
    expect(after.versionId).not.toBe(before.versionId);
  });

  it('is a message that can be written and read again', () => {
    const found = registryOf(defined().state, 'fraud');
    const read = registry.decode(registry.encode(found));
    expect(read.featureServices?.length).toBe(2);
    expect(registry.encode(read)).toEqual(registry.encode(found));
  });
});
