import { setImmediate as turn } from 'node:timers/promises';
import { EventsError, TransientError, type OutgoingRecord } from '@millrace/events';
import { expect, test } from 'vitest';
import { RecordSender } from './record-sender.ts';

function record(n: number): OutgoingRecord {
  return { topic: 't', partition: 0, key: null, value: Buffer.from(String(n)) };
}

function numbers(records: readonly OutgoingRecord[]): number[] {
  return records.map(({ value }) => Number(value));
}

test('batches go one at a time and in order; what is acknowledged is in the log', async () => {
  const [log, acknowledged]: [number[], number[]] = [[], []];
  let inFlight = 0;
  const sender = new RecordSender<number>({
    send: async (records) => {
      inFlight += 1;
      expect(inFlight).toBe(1);
      await turn();
      log.push(...numbers(records));
      inFlight -= 1;
    },
    acknowledged: (of) => {
      acknowledged.push(...of);
      expect(log).toEqual(acknowledged);
    },
  });
  const all = Array.from({ length: 7_000 }, (_, i) => i);
  for (const n of all) await sender.add(record(n), n);
  await sender.flush();
  expect(acknowledged).toEqual(all);
});

test('large records leave in small batches', async () => {
  const sizes: number[] = [];
  const sender = new RecordSender<null>({
    send: async (records) => void sizes.push(records.length),
    acknowledged: () => undefined,
  });
  for (let i = 0; i < 6; i += 1) await sender.add({ ...record(i), value: Buffer.alloc(600_000) }, null);
  await sender.flush();
  expect(sizes).toEqual([2, 2, 2]);
});

test('a broker that is away is asked again with the same records, which are counted', async () => {
  const sent: number[][] = [];
  const resent: number[] = [];
  const sender = new RecordSender<number>({
    retryMs: 1,
    send: async (records) => {
      sent.push(numbers(records));
      if (sent.length < 3) throw new TransientError('kafka', 'away');
    },
    acknowledged: () => undefined,
    resending: (count) => resent.push(count),
  });
  await sender.add(record(1), 1);
  await sender.add(record(2), 2);
  await sender.flush();
  expect(sent).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(resent).toEqual([2, 2]);
});

test('one that stays away, and a record that is refused, end it with the reason', async () => {
  const failing = async (fault: Error): Promise<void> => {
    const send = (): Promise<never> => Promise.reject(fault);
    const sender = new RecordSender<number>({ retryMs: 1, patienceMs: 5, send, acknowledged: () => undefined });
    await sender.add(record(1), 1);
    await sender.flush();
  };
  await expect(failing(new TransientError('kafka', 'away for good'))).rejects.toThrow('away for good');
  await expect(failing(new EventsError('EVENTS_RECORD_TOO_LARGE', 'too large'))).rejects.toThrow('too large');
});

test('a broker that is away is not waited for once the sending is stopped', async () => {
  const stop = new AbortController();
  const sender = new RecordSender<number>({
    retryMs: 60_000,
    send: () => Promise.reject(new TransientError('kafka', 'away')),
    acknowledged: () => undefined,
    resending: () => stop.abort(),
    signal: stop.signal,
  });
  await sender.add(record(1), 1);
  await expect(sender.flush()).rejects.toThrow('away');
});

test('after a fault what was under way is waited for, so that what is in the log is known', async () => {
  const acknowledged: number[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const sender = new RecordSender<number>({
    send: () => promise,
    acknowledged: (of) => acknowledged.push(...of),
  });
  await sender.add({ ...record(1), value: Buffer.alloc(2_000_000) }, 1);
  const settled = sender.settled();
  resolve(undefined);
  await settled;
  expect(acknowledged).toEqual([1]);
});
