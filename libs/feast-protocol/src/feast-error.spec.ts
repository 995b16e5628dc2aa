import { describe, expect, it } from 'vitest';
import { feastErrorDetail, feastErrors, feastStatuses, isFeastPath } from './feast-error.ts';

describe('errors in Feast’s form', () => {
  it('are a JSON document as a text, with the class of Feast that the client is to raise', () => {
    const detail = feastErrorDetail({ code: 'FEAST_FEATURE_VIEW_NOT_FOUND', status: 404, detail: 'there is no "x"' });
    expect(JSON.parse(detail)).toEqual({
      module: 'feast.errors',
      class: 'FeatureViewNotFoundException',
      message: 'there is no "x"',
    });
  });

  it('are a FeastPermissionError when access is denied and a FeastError otherwise', () => {
    const classOf = (status: number): unknown =>
      (JSON.parse(feastErrorDetail({ code: 'ANY', status, detail: '' })) as { class: unknown }).class;
    expect([401, 403, 404, 413, 500].map(classOf)).toEqual([
      'FeastPermissionError',
      'FeastPermissionError',
      'FeastError',
      'FeastError',
      'FeastError',
    ]);
  });

  it('never have a status that the stock client repeats, which would hide the text', () => {
    for (const { status } of Object.values(feastErrors)) expect([429, 500, 502, 503, 504]).not.toContain(status);
    expect(feastStatuses['FEAST_PUSH_SOURCE_REFUSED']).toBe(422);
  });

  it('are for the paths below /feast', () => {
    expect(['/feast', '/feast/push', '/feasts', '/api/v1/feast/x'].map(isFeastPath)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
