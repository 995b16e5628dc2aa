import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchConsumer, REPLAY_OF, type DecodeResult, type SourceRecord } from '@millrace/events';
import { subjectOf } from '@millrace/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClientTestBed } from '../client-test-bed.ts';

interface Payment {
  readonly card: string | null;
  readonly amount: number;
}

const group = 'payments-reader';
let bed: ClientTestBed;
let topic: string;
let folder: string;
let consumer: BatchConsumer;
const accepted: { record: SourceRecord; value: Payment }[] = [];

beforeAll(async () => {
  bed = await ClientTestBed.open();
  folder = await mkdtemp(join(tmpdir(), 'letters-test-'));
  topic = bed.topic('payments');
  const spec = { name: topic, schema: null, key: 'card', partitions: 2, retentionMs: -1, maxMessageBytes: 1_048_576 };
  await bed.bus.topics.ensureExact([{ ...spec, cleanup: 'delete' }]);
  const fields = [
    { name: 'card', type: ['null', 'string'], default: null },
    { name: 'amount', type: 'double' },
  ];
  const writer = await bed.bus.codec.writer<Payment>(subjectOf(topic), { type: 'record', name: 'Payment', fields });
  const record = (value: Buffer) => ({ topic, partition: 1, key: Buffer.from('k'), value });
  await bed.bus
    .producer()
    .send([
      record(writer.encode({ card: 'c1', amount: 1 })),
      { ...record(Buffer.from([0xde, 0xad, 0xbe, 0xef])), headers: { traceparent: Buffer.from('00-ab') } },
      record(writer.encode({ card: null, amount: 2 })),
      record(writer.encode({ card: 'c2', amount: 3 })),
    ]);
  consumer = await readPayments();
  await until(async () => accepted.length === 2 && (await letters('--json')).length === 2);
});

afterAll(async () => {
  await consumer.stop();
  await bed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function readPayments(): Promise<BatchConsumer> {
  const reader = bed.bus.codec.reader<Payment>();
  const started = new BatchConsumer(bed.bus, {
    group,
    topics: [topic],
    handler: {
      handle: async ({ records }) => {
        const results = await reader.decodeBatch(records);
        return { poison: records.flatMap((record, i) => judge(record, results[i])) };
      },
    },
  });
  await started.start();
  return started;
}

function judge(record: SourceRecord, result: DecodeResult<Payment> | undefined) {
  if (!result?.ok) return [{ record, reason: result?.reason ?? 'lost', message: result?.message ?? '' }];
  if (result.value.card === null) return [{ record, reason: 'missing-entity', message: 'no card' }];
  accepted.push({ record, value: result.value });
  return [];
}

async function letters(...flags: string[]): Promise<string[]> {
  return (await bed.cli(['dead-letters', 'list', group, ...flags])).out;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('groups and letters are listed with reason, place and what became of them', async () => {
  expect((await bed.cli(['dead-letters', 'list'])).out).toEqual([
    expect.stringMatching(/^payments-reader +2 letters +2 pending +not-framed 1, missing-entity 1$/),
  ]);
  expect(await letters()).toEqual([
    expect.stringMatching(new RegExp(`^${topic}/1/1 +not-framed .*4 bytes +pending`)),
    expect.stringMatching(new RegExp(`^${topic}/1/2 +missing-entity .*pending +no card`)),
  ]);
  expect(await letters('--reason', 'missing-entity')).toHaveLength(1);
});

test('a letter is shown with its bytes, and decoded where that is possible', async () => {
  const raw = (await bed.cli(['dead-letters', 'show', group, `${topic}/1/1`])).out.join('\n');
  expect(raw).toContain('de ad be ef');
  expect(raw).toContain('traceparent: 00-ab');
  expect(raw).toMatch(/decoded +no: /);
  const decoded = (await bed.cli(['dead-letters', 'show', group, '1/2'])).out.join('\n');
  expect(decoded).toMatch(/missing-entity: no card/);
  expect(decoded).toMatch(/"amount": 2/);
});

test('a mended letter comes back once, keyed as before, and is known as brought back', async () => {
  const mend = join(folder, 'mend.json');
  await writeFile(mend, '{ "card": "c9", "amount": 2 }');
  const args = ['dead-letters', 'replay', group, '--at', `${topic}/1/2`, '--mend', mend];
  const dry = await bed.cli([...args, '--dry-run']);
  expect(dry.out[0]).toContain('would bring back');
  expect(await letters('--pending')).toHaveLength(2);

  const run = await bed.cli(args);
  expect(run).toMatchObject({ code: 0, out: [`brought back ${topic}/1/2 (missing-entity), mended`] });
  await until(async () => accepted.length === 3);
  expect(accepted[2]?.value).toEqual({ card: 'c9', amount: 2 });
  expect(accepted[2]?.record.headers[REPLAY_OF]?.toString()).toBe(`${topic}|0|1|2`);
  expect(await letters('--pending')).toHaveLength(1);
  expect((await bed.cli(args)).out).toEqual(['1 letter brought back before; --again does it once more']);
});

test('what cannot be replayed is refused with the reason', async () => {
  const unclear = await bed.cli(['dead-letters', 'replay', group]);
  expect(unclear).toMatchObject({ code: 1, status: expect.stringContaining('--all') });
  const mend = join(folder, 'wrong.json');
  await writeFile(mend, '{ "card": "c9", "amount": "lots" }');
  const wrong = await bed.cli(['dead-letters', 'replay', group, '--at', '1/1', '--mend', mend]);
  expect(wrong).toMatchObject({ code: 1, status: expect.stringContaining('"amount": "lots" is not a double') });
  const unknown = await bed.cli(['dead-letters', 'list', 'nobody']);
  expect(unknown).toMatchObject({ code: 1, status: expect.stringContaining(`there are ${group}`) });
  const nowhere = await bed.cli(['dead-letters', 'show', group, '0/99']);
  expect(nowhere).toMatchObject({ code: 1, status: expect.stringContaining('no dead letter at 0/99') });
});
