import { expect, it } from 'vitest';
import { FeaturesUnderTest, viewOf } from './definitions-for-tests.ts';
import { blueprintsOf } from './source-blueprint.ts';
import { isWantedState, retiredLogs } from './sweep-retired.ts';

const features = FeaturesUnderTest.serving();
features.define(viewOf('card', 'more'));
features.submit({ type: 'complete-build', source: 'payments', build: 1, services: ['risk@1'] });
features.submit({ type: 'resume-source', source: 'payments' });
features.submit({ type: 'retire-definition', definition: { kind: 'feature-view', name: 'more' } });
const builds = blueprintsOf(features.state);

it.each([
  ['the fence of the build that serves', 'source.payments.b1', 1, null, true],
  ['a state of it', 'source.payments.b1', 1, 'by_card@1|card-1', true],
  ['a ledger of it', 'source.payments.b1', 1, '#|card-1', true],
  ['a state of a view that was retired', 'source.payments.b1', 1, 'more@1|card-1', false],
  ['a state of an older generation', 'source.payments.b1', 0, 'by_card@1|card-1', false],
  ['the fence of an older build', 'source.payments', 1, null, false],
  ['a state of a rekeyed log', 'x.features.by-by_shop.b1.g1', 0, 'by_shop@1|shop-1', true],
  ['a state of the log of an older build', 'x.features.by-by_shop', 0, 'by_shop@1|shop-1', false],
  ['a state of a source that is gone', 'source.refunds', 0, null, false],
])('%s is kept or swept', (_, topic, generation, key, wanted) => {
  const log = { topic, generation, partition: 3 };
  expect(isWantedState(builds, log, { key, nameOf: (name) => `x.${name}` })).toBe(wanted);
});

it('logs of older builds and generations are swept, and nothing that is not a log of a view defined here', () => {
  const existing = [
    'x.features.by-by_shop',
    'x.features.by-by_shop.g1',
    'x.features.by-by_shop.b1.g1',
    'x.features.by-by_shop.dead-letters',
    'x.features.by-nobody',
    'features.by-by_shop',
    'x.features.vectors',
  ];
  const found = retiredLogs(existing, { builds, state: features.state, prefix: 'x.' });
  expect(found).toEqual(['features.by-by_shop', 'features.by-by_shop.g1']);
});
