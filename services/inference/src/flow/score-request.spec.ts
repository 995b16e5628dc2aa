import type { Prediction } from '@millrace/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixtureModel } from '../onnx/fixture-model.ts';
import { OnnxScorer } from '../onnx/onnx-scorer.ts';
import { admitted } from '../onnx/refusal.ts';
import { InMemoryRequestRecords } from '../store/in-memory-request-records.ts';
import { endpoint, EndpointUnderTest, version } from './endpoint-under-test.ts';
import type { RequestedVectors } from './ports.ts';
import { ScoreRequest } from './score-request.ts';
import type { ScoringRequest } from './scoring-request.ts';

const now = 1_700_000_000_000;
let stage: EndpointUnderTest;
let records: InMemoryRequestRecords;
let published: Prediction[];
/** What the broker says to the next publications; empty: all well. */
let failures: Error[];
let reads: number;
/** Holds every reading of features until it is resolved. */
let gate: Promise<void>;

beforeEach(async () => {
  stage = new EndpointUnderTest();
  stage.served.offer([version(1)]);
  await stage.settled();
  records = new InMemoryRequestRecords();
  published = [];
  failures = [];
  reads = 0;
  gate = Promise.resolve();
});
afterEach(() => stage.served.close());

async function vectors(count: number): Promise<RequestedVectors> {
  await gate;
  // Other values at each reading, as the state of an entity moves on.
  reads += 1;
  const vector = { entities: { customer: 'c1' }, eventTimeMs: now, numbers: [reads, 0, 0], strings: [] };
  return { signature: endpoint.signature, vectors: Array.from({ length: count }, () => vector) };
}

/** One instance: all instances share the records. */
function instance(): ScoreRequest {
  return new ScoreRequest({
    served: { get: (name) => (name === endpoint.name ? stage.served : undefined) },
    confirmEndpoint: async (name) => {
      if (name === 'gone') throw new Error('no such endpoint');
    },
    features: {
      describe: async () => null,
      read: (_, rows) => vectors(rows.length),
      readCandidates: (_, events) => vectors(events.length),
    },
    records,
    publish: async (predictions) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      published.push(...predictions);
    },
    clock: { now: () => now, elapsed: () => 0 },
    onScored: () => undefined,
    log: { warn: () => undefined },
  });
}

function candidate(amount: number, requestId = 'k'): ScoringRequest {
  return { endpoint: 'fraud', requestId, form: 'one', input: { kind: 'events', events: [{ amount }] } };
}

describe('a repeated request', () => {
  it('is answered the same on any instance, after a promotion too, and is one record', async () => {
    const first = await instance().run(candidate(1));
    stage.verdicts.set('2', async () => {
      const plan = {
        inputs: { kind: 'matrix', input: 'features', elementType: 'float32', width: 3 },
        output: { name: 'score', kind: 'single' },
      } as const;
      return admitted(await OnnxScorer.load(fixtureModel('linear-v2'), plan, 1));
    });
    stage.served.offer([version(1), version(2)]);
    await stage.settled();
    expect(await instance().run(candidate(1))).toEqual(first);
    expect(published).toEqual(first.map(({ prediction }) => prediction));
    expect((await instance().run(candidate(1, 'other')))[0]?.prediction.modelVersion).toBe('2');
  });

  it('is the same in whatever order its fields come, and another one when any differs', async () => {
    const rows = [{ entities: { a: '1', b: '2' } }];
    const request = { endpoint: 'fraud', requestId: 'k', form: 'many' } as const;
    const [first] = await instance().run({ ...request, input: { kind: 'entities', rows, atMs: null } });
    const turned = [{ entities: { b: '2', a: '1' } }];
    expect(await instance().run({ ...request, input: { kind: 'entities', rows: turned, atMs: null } })).toEqual([
      first,
    ]);
    for (const other of [
      candidate(1),
      { ...request, input: { kind: 'entities', rows, atMs: now - 1 } } as const,
      { ...request, form: 'one', input: { kind: 'entities', rows, atMs: null } } as const,
    ]) {
      await expect(instance().run(other)).rejects.toMatchObject({ code: 'INFERENCE_REQUEST_ID_REUSED' });
    }
    expect(published).toHaveLength(1);
  });

  it('at the same moment gives one decision, which both are told', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const asked = [instance().run(candidate(1)), instance().run(candidate(1)), instance().run(candidate(2))];
    open();
    const [one, other, foreign] = await Promise.allSettled(asked);
    expect(reads).toBe(3);
    expect(one).toMatchObject({ status: 'fulfilled' });
    expect(other).toEqual(one);
    expect(foreign).toMatchObject({ reason: { code: 'INFERENCE_REQUEST_ID_REUSED' } });
    expect(new Set(published.map((prediction) => JSON.stringify(prediction))).size).toBe(1);
  });

  it('after a crash before the record was published publishes what was decided then', async () => {
    failures = [new Error('killed')];
    await expect(instance().run(candidate(1))).rejects.toThrow('killed');
    expect(published).toEqual([]);
    const answered = await instance().run(candidate(1));
    expect(reads).toBe(1);
    expect(published).toEqual(answered.map(({ prediction }) => prediction));
  });

  it('of an endpoint whose model is gone is answered as it was; a new one is told that there is none', async () => {
    const first = await instance().run(candidate(1));
    stage.served.withdraw('the alias was deleted');
    await stage.settled();
    expect(await instance().run(candidate(1))).toEqual(first);
    await expect(instance().run(candidate(1, 'new'))).rejects.toMatchObject({ code: 'INFERENCE_ENDPOINT_INACTIVE' });
  });
});

describe('a request', () => {
  it('of many rows gives each its own id', async () => {
    const events = [{ amount: 1 }, { amount: 2 }];
    await instance().run({ endpoint: 'fraud', requestId: 'k', form: 'many', input: { kind: 'events', events } });
    expect(published.map(({ requestId, eventId }) => [requestId, eventId])).toEqual([
      ['k/0', 'fraud|rest|k/0'],
      ['k/1', 'fraud|rest|k/1'],
    ]);
  });

  it('for a time that has not come is refused, but for the difference of two clocks', async () => {
    const at = (atMs: number): ScoringRequest => {
      const input = { kind: 'entities', rows: [{ entities: {} }], atMs } as const;
      return { endpoint: 'fraud', requestId: String(atMs), form: 'one', input };
    };
    expect(await instance().run(at(now + 1000))).toHaveLength(1);
    await expect(instance().run(at(Date.UTC(2099, 0)))).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      faults: [{ path: 'at' }],
    });
  });

  it('for an endpoint that the journal has and this instance not yet is told to come again, else that there is none', async () => {
    const request = { ...candidate(1), endpoint: 'made-elsewhere' };
    await expect(instance().run(request)).rejects.toMatchObject({
      code: 'INFERENCE_ENDPOINT_LOADING',
      transient: true,
    });
    await expect(instance().run({ ...request, endpoint: 'gone' })).rejects.toThrow('no such endpoint');
  });
});
