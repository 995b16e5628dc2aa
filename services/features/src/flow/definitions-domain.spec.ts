import { describe, expect, it } from 'vitest';
import { FeaturesUnderTest, paymentsSource, serviceOf, viewOf } from './definitions-for-tests.ts';
import { blueprintsOf, servedService } from './source-blueprint.ts';

describe('builds of a source', () => {
  it('are one while nothing was read before', () => {
    const { state } = FeaturesUnderTest.serving();
    expect(state.sources.get('payments')).toEqual({ live: 0, build: 0, generation: 0, wasRead: true });
    expect(blueprintsOf(state).map(({ group }) => group)).toEqual(['features.payments']);
  });

  it('run side by side while a new view catches up, each with what it knows', () => {
    const features = FeaturesUnderTest.serving();
    features.define(viewOf('card', 'more'), serviceOf(['more'], 'wider'));
    const [live, building] = blueprintsOf(features.state);
    expect(live).toMatchObject({ group: 'features.payments', predecessor: null, deadLetterGroup: 'features.payments' });
    expect(live?.services.map(({ plan }) => plan.id)).toEqual(['risk@1']);
    expect(live?.ownViews.map(({ view }) => view.id)).toEqual(['by_card@1']);
    expect(building).toMatchObject({ group: 'features.payments.b1', deadLetterGroup: 'features.payments' });
    expect(building?.predecessor).toBe(live);
    expect(building?.services.map(({ plan }) => plan.id)).toEqual(['risk@1', 'wider@1']);
    expect(building?.ownViews.map(({ view }) => view.id)).toEqual(['by_card@1', 'more@1']);
    expect(building?.rekeyedViews.map(({ lane }) => lane)).toEqual(['by_shop@1.b1']);
    expect(servedService(features.state, 'risk@1').builds).toEqual([0, 0]);
    expect(servedService(features.state, 'wider@1').builds).toEqual([1]);
  });

  it('are not begun for a service that starts now over views that are there, but for one that wants the past', () => {
    const features = FeaturesUnderTest.serving();
    features.define(serviceOf(['by_card'], 'second'));
    expect(features.state.sources.get('payments')?.build).toBe(0);
    features.define(serviceOf(['by_card'], 'third', { startFrom: 'beginning' }));
    expect(features.state.sources.get('payments')).toMatchObject({ live: 0, build: 1 });
  });

  it('put a service that starts now where its newest view is, whichever comes first in the request', () => {
    const features = FeaturesUnderTest.serving();
    features.define(serviceOf(['more'], 'wider'), viewOf('card', 'more'));
    expect(features.state.origins.get('feature-service wider@1')?.build).toBe(1);
  });

  it('serve one after the other, each when it has taken every service over', () => {
    const features = FeaturesUnderTest.serving();
    features.define(viewOf('card', 'more'));
    features.define(viewOf('card', 'most'));
    features.define(serviceOf(['by_card'], 'second'));
    expect(blueprintsOf(features.state).map(({ build }) => build)).toEqual([0, 1, 2]);
    const complete = (build: number, services: string[]): boolean =>
      features.submit({ type: 'complete-build', source: 'payments', build, services }).ok;
    expect(complete(1, ['risk@1'])).toBe(false);
    expect(complete(1, ['risk@1', 'second@1'])).toBe(true);
    expect(complete(1, ['risk@1', 'second@1'])).toBe(false);
    expect(complete(3, ['risk@1', 'second@1'])).toBe(false);
    expect(blueprintsOf(features.state).map(({ build }) => build)).toEqual([1, 2]);
    expect(servedService(features.state, 'risk@1').builds).toEqual([1, 1]);
  });

  it('end with the generation: nothing of the old log is taken over', () => {
    const features = FeaturesUnderTest.serving();
    features.define(viewOf('card', 'more'));
    features.submit({ type: 'resume-source', source: 'payments' });
    const [only, ...others] = blueprintsOf(features.state);
    expect(only).toMatchObject({ build: 1, generation: 1, predecessor: null });
    expect(others).toEqual([]);
  });

  it('keep two sources on one topic apart', () => {
    const features = FeaturesUnderTest.serving();
    features.define(
      { ...paymentsSource, name: 'refunds' },
      { ...viewOf('card', 'refunded'), source: 'refunds' },
      { ...serviceOf(['refunded'], 'refund_risk'), source: 'refunds' },
    );
    const names = blueprintsOf(features.state).map(({ group, stateTopic }) => [group, stateTopic]);
    expect(names).toEqual([
      ['features.payments', 'source.payments'],
      ['features.refunds', 'source.refunds'],
    ]);
  });

  it('give different versions of a view and views of similar names logs of their own', () => {
    const features = FeaturesUnderTest.serving();
    features.define(viewOf('shop', 'load-v2'), viewOf('shop', 'load'), viewOf('shop', 'load', 2));
    const topics = blueprintsOf(features.state).flatMap(({ rekeyedViews }) =>
      rekeyedViews.map((log) => log.stateTopic),
    );
    expect(new Set(topics).size).toBe(topics.length);
  });
});

describe('resuming a source', () => {
  it('counts once for a generation', () => {
    const features = FeaturesUnderTest.serving();
    const resume = { type: 'resume-source', source: 'payments', expectedGeneration: 0 } as const;
    expect(features.submit(resume)).toMatchObject({ ok: true, result: { generation: 1 } });
    expect(features.submit(resume)).toMatchObject({ ok: false, code: 'FEATURES_GENERATION_CONFLICT' });
    expect(features.state.sources.get('payments')?.generation).toBe(1);
  });
});

describe('retiring a definition', () => {
  const retire = (kind: 'source' | 'entity' | 'feature-view' | 'feature-service', name: string, version?: number) =>
    ({ type: 'retire-definition', definition: { kind, name, ...(version !== undefined && { version }) } }) as const;

  it('is refused while others use it, and names them', () => {
    const features = FeaturesUnderTest.serving();
    for (const [command, user] of [
      [retire('source', 'payments'), 'feature-view by_card@1'],
      [retire('entity', 'card'), 'feature-view by_card@1'],
      [retire('feature-view', 'by_card'), 'feature-service risk@1'],
    ] as const) {
      const refused = features.submit(command);
      expect(refused).toMatchObject({ ok: false, code: 'FEATURES_IN_USE_CONFLICT' });
      expect(refused).toMatchObject({ message: expect.stringContaining(user) });
    }
    for (const [kind, name] of [
      ['feature-service', 'risk'],
      ['feature-view', 'by_card'],
      ['feature-view', 'by_shop'],
      ['entity', 'card'],
      ['source', 'payments'],
    ] as const)
      expect(features.submit(retire(kind, name))).toMatchObject({ ok: true });
    expect(blueprintsOf(features.state)).toEqual([]);
    expect(features.submit(retire('entity', 'card'))).toMatchObject({ code: 'FEATURES_ENTITY_NOT_FOUND' });
  });

  it('means the newest version unless another one is named', () => {
    const features = FeaturesUnderTest.serving();
    features.define(serviceOf(['by_card'], 'risk', { version: 2 }), serviceOf(['by_card'], 'risk', { version: 10 }));
    features.submit(retire('feature-service', 'risk'));
    expect([...features.state.definitions.featureServices.keys()]).toEqual(['risk@1', 'risk@2']);
    features.submit(retire('feature-service', 'risk', 1));
    expect([...features.state.definitions.featureServices.keys()]).toEqual(['risk@2']);
  });

  it('keeps the name from coming back with other content', () => {
    const features = FeaturesUnderTest.serving();
    features.submit(retire('feature-service', 'risk'));
    const changed = features.define(serviceOf(['by_card']));
    expect(changed).toMatchObject({ ok: false, code: 'FEATURES_RETIRED_CONFLICT' });
    expect(features.define(serviceOf(['by_card', 'by_shop']))).toMatchObject({ ok: true });
  });

  it('lets what comes back after everything was retired begin with states of its own', () => {
    const features = FeaturesUnderTest.serving();
    features.submit(retire('feature-service', 'risk'));
    features.submit(retire('feature-view', 'by_card'));
    features.submit(retire('feature-view', 'by_shop'));
    features.define(viewOf('card'));
    expect(blueprintsOf(features.state).map(({ group }) => group)).toEqual(['features.payments.b1']);
  });

  it('lets the build that is left with nothing make way for the next', () => {
    const features = FeaturesUnderTest.serving();
    features.define(viewOf('card', 'more'));
    features.submit(retire('feature-service', 'risk'));
    features.submit(retire('feature-view', 'by_card'));
    expect(features.state.sources.get('payments')?.live).toBe(0);
    features.submit(retire('feature-view', 'by_shop'));
    expect(features.state.sources.get('payments')?.live).toBe(1);
  });
});
