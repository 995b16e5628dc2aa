import { describe, expect, it } from 'vitest';
import type { RequestRecord, RequestRecords } from '../flow/request-records.ts';

function recordOf(score: number): RequestRecord {
  const identity = { lane: 'fraud', sourceTopic: 'rest', generation: 0, sourcePartition: 0, sourceOffset: 7 };
  const prediction = {
    eventId: 'fraud|rest|r',
    ...identity,
    endpoint: 'fraud',
    requestId: 'r',
    sourceEventId: null,
    vectorEventId: null,
    entities: { customer: 'c1' },
    eventTimeMs: 1,
    sourceTimestampMs: 2,
    featureService: 'payments',
    featureServiceVersion: 1,
    model: 'fraud-model',
    modelVersion: '1',
    artifactHash: 'ab',
    status: 'ok',
    error: null,
    score,
    outputs: {},
    numbers: [1.5, Number.NaN],
    strings: ['AT', null],
    vectorAtMs: 3,
    scoredAtMs: 4,
    durationUs: 5,
  };
  return {
    bodyHash: `hash of ${score}`,
    isPublished: false,
    scored: [{ prediction, features: { a: 1.5, b: null, country: 'AT' } }],
  };
}

/** What every store of decisions must do. */
export function requestRecordsContract(name: string, open: () => RequestRecords): void {
  describe(`${name} keeps what was decided`, () => {
    const key = { endpoint: 'fraud', requestId: 'r' };

    it('first, as it was, also against one that comes later', async () => {
      const records = open();
      expect(await records.find(key)).toBeNull();
      expect(await records.keepFirst(key, recordOf(0.5))).toBeNull();
      expect(await records.keepFirst(key, recordOf(0.9))).toEqual(recordOf(0.5));
      expect(await records.find(key)).toEqual(recordOf(0.5));
    });

    it('for each endpoint and id apart, and whether it was published', async () => {
      const records = open();
      const other = { endpoint: 'churn', requestId: 'r' };
      await records.keepFirst(other, recordOf(0.1));
      await records.markPublished(other, recordOf(0.1));
      expect(await records.find(other)).toEqual({ ...recordOf(0.1), isPublished: true });
      expect(await records.find({ endpoint: 'churn', requestId: 'r2' })).toBeNull();
    });
  });
}
