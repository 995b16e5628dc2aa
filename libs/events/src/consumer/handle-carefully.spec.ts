import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransientError } from '../errors.ts';
import { GivenUp, StartOverError } from './flow-errors.ts';
import { halve, handleCarefully } from './handle-carefully.ts';
import type { CarefulHandling } from './handle-carefully.ts';
import type { Slice } from './partition-queue.ts';
import type { SourceRecord } from './source-record.ts';

function sliceOf(from: number, to: number): Slice {
  const records = Array.from({ length: to - from }, (_, i): SourceRecord => {
    return { topic: 't', partition: 0, offset: from + i, timestampMs: 0, key: null, value: null, headers: {} };
  });
  return { records, nextOffset: to + 1, highWatermark: to };
}

/** A handler that fails on some records, and an outage before some of the calls. */
class Simulation {
  readonly handled: number[] = [];
  readonly poison: number[] = [];
  readonly positions: number[] = [];
  calls = 0;
  backOffs = 0;
  readonly handling: CarefulHandling = {
    call: async (slice) => {
      this.calls += 1;
      if (this.outages.shift() === true) throw new TransientError('store', 'down');
      if (slice.records.some(({ offset }) => this.broken.has(offset))) throw new TypeError('bug');
      return {};
    },
    done: async (slice, { poison = [] }) => {
      if (this.outages.shift() === true) throw new TransientError('kafka', 'down');
      const poisoned = poison.map(({ record }) => record.offset);
      this.poison.push(...poisoned);
      this.handled.push(...slice.records.map(({ offset }) => offset).filter((offset) => !poisoned.includes(offset)));
      this.positions.push(slice.nextOffset);
    },
    backOff: async () => {
      this.backOffs += 1;
      if (this.backOffs > this.patience) throw new GivenUp('given up');
    },
    unblocked: () => undefined,
    fault: ({ records }, error) => ({
      poison: records.map((record) => ({ record, reason: 'handler-fault', message: error.message })),
    }),
  };
  readonly broken: ReadonlySet<number>;
  readonly outages: boolean[];
  readonly patience: number;

  constructor(broken: ReadonlySet<number>, outages: boolean[] = [], patience = Infinity) {
    this.broken = broken;
    this.outages = outages;
    this.patience = patience;
  }
}

describe('handleCarefully', () => {
  it('dead-letters exactly the records that fail, handles all others once and in order, whatever is down meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.uniqueArray(fc.nat({ max: 39 })),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (count, broken, outages) => {
          const simulation = new Simulation(new Set(broken), outages);
          await handleCarefully(sliceOf(0, count), simulation.handling);
          const all = sliceOf(0, count).records.map(({ offset }) => offset);
          expect(simulation.poison).toEqual(all.filter((offset) => broken.includes(offset)));
          expect(simulation.handled).toEqual(all.filter((offset) => !broken.includes(offset)));
          expect(simulation.positions).toEqual(simulation.positions.toSorted((a, b) => a - b));
          expect(simulation.positions.at(-1)).toBe(count + 1);
        },
      ),
    );
  });

  it('leaves a position that lost nothing when it is given up at any point', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.uniqueArray(fc.nat({ max: 19 })),
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.nat({ max: 10 }),
        async (count, broken, outages, patience) => {
          const simulation = new Simulation(new Set(broken), outages, patience);
          await handleCarefully(sliceOf(0, count), simulation.handling).catch((error: unknown) => {
            if (!(error instanceof GivenUp)) throw error;
          });
          const position = simulation.positions.at(-1) ?? 0;
          const settled = [...simulation.handled, ...simulation.poison].toSorted((a, b) => a - b);
          expect(settled).toEqual(sliceOf(0, Math.min(position, count)).records.map(({ offset }) => offset));
        },
      ),
    );
  });

  it('tries a batch three times and then finds the one record in about log2 calls', async () => {
    const simulation = new Simulation(new Set([300]));
    await handleCarefully(sliceOf(0, 512), simulation.handling);
    expect(simulation.poison).toEqual([300]);
    expect(simulation.backOffs).toBe(2);
    expect(simulation.calls).toBeLessThanOrEqual(3 + 2 * 9);
  });

  it('hands on what the handler decided about the whole partition', async () => {
    const simulation = new Simulation(new Set());
    const handling = { ...simulation.handling, call: () => Promise.reject(new StartOverError('behind')) };
    await expect(handleCarefully(sliceOf(0, 3), handling)).rejects.toThrow(StartOverError);
    expect(simulation.positions).toEqual([]);
  });

  it('halves a slice into two that join up', () => {
    const [left, right] = halve(sliceOf(4, 9));
    expect(left).toMatchObject({ nextOffset: 6 });
    expect(left.records.map(({ offset }) => offset)).toEqual([4, 5]);
    expect(right.records.map(({ offset }) => offset)).toEqual([6, 7, 8]);
    expect(right.nextOffset).toBe(10);
  });
});
