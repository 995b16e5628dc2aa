import { describe, expect, it } from 'vitest';
import { FeastError } from './feast-error.ts';
import { readOnlineRequest } from './online-request.ts';
import { readPushRequest, readWriteRequest } from './write-request.ts';

describe('request of online features', () => {
  it('is read as the stock client sends it', () => {
    const body = {
      entities: { card: ['a', 'b'], amount: [1.5, null] },
      full_feature_names: true,
      include_feature_view_version_metadata: false,
      features: ['card_spend:sum_1d'],
    };
    expect(readOnlineRequest(body)).toEqual({
      entities: body.entities,
      rows: 2,
      features: ['card_spend:sum_1d'],
      fullFeatureNames: true,
      versionMetadata: false,
    });
    expect(readOnlineRequest({ entities: { card: [1] }, feature_service: 'risk' })).toEqual({
      entities: { card: [1] },
      rows: 1,
      featureService: 'risk',
      features: [],
      fullFeatureNames: false,
      versionMetadata: false,
    });
  });

  it.each([
    [[], 'FEAST_BODY_REFUSED', 'the body: [] is not an object'],
    [null, 'FEAST_BODY_REFUSED', 'the body: null is not an object'],
    [{ features: ['a:b'] }, 'FEAST_BODY_REFUSED', 'entities: nothing is not an object'],
    [{ entities: { card: 'a' }, features: ['a:b'] }, 'FEAST_BODY_REFUSED', 'entities.card: "a" is not a list'],
    [{ entities: { card: ['a'] }, features: [1] }, 'FEAST_BODY_REFUSED', 'features: [1] is not a list of texts'],
    [{ entities: { card: ['a'] }, feature_service: 1 }, 'FEAST_BODY_REFUSED', 'feature_service: 1 is not a text'],
    [
      { entities: { card: ['a'] }, features: ['a:b'], full_feature_names: 'yes' },
      'FEAST_BODY_REFUSED',
      'full_feature_names: "yes" is neither true nor false',
    ],
    [{ entities: { card: ['a'] } }, 'FEAST_REQUEST_INVALID', 'nothing is asked for'],
    [{ entities: {}, features: ['a:b'] }, 'FEAST_REQUEST_INVALID', 'there are no columns'],
    [{ entities: { card: [] }, features: ['a:b'] }, 'FEAST_REQUEST_INVALID', 'the columns have no rows'],
    [
      { entities: { card: ['a', 'b'], shop: ['c'] }, features: ['a:b'] },
      'FEAST_REQUEST_INVALID',
      'entities: column "card" has 2 rows, "shop" has 1',
    ],
  ])('%j is refused', (body, code, message) => {
    expect(refusalOf(() => readOnlineRequest(body))).toEqual({ code, message: expect.stringContaining(message) });
  });
});

describe('request to write', () => {
  const df = { card: ['a'], amount: [2] };

  it('is a data frame for a push source or a feature view', () => {
    expect(readPushRequest({ push_source_name: 'payments', df, to: 'online_and_offline' })).toEqual({
      pushSource: 'payments',
      columns: df,
      rows: 1,
    });
    expect(readWriteRequest({ feature_view_name: 'card_spend', df, allow_registry_cache: false })).toEqual({
      featureView: 'card_spend',
      columns: df,
      rows: 1,
    });
  });

  it('is refused when it goes nowhere or holds no frame', () => {
    expect(refusalOf(() => readPushRequest({ push_source_name: 'payments', df, to: 'both' }))).toEqual({
      code: 'FEAST_REQUEST_INVALID',
      message: 'to: "both" is none of online, offline, online_and_offline',
    });
    expect(refusalOf(() => readPushRequest({ df })).message).toBe('push_source_name: nothing is not a text');
    expect(refusalOf(() => readWriteRequest({ feature_view_name: 'v', df: { a: [1], b: [] } })).message).toBe(
      'df: column "a" has 1 rows, "b" has 0',
    );
  });
});

function refusalOf(read: () => unknown): { code: string; message: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof FeastError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('was not refused');
}
