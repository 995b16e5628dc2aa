import { afterAll, beforeAll, expect, test } from 'vitest';
import { subjectOf } from '@millrace/schemas';
import { ClientTestBed } from '../client-test-bed.ts';

let bed: ClientTestBed;
let topic: string;

beforeAll(async () => {
  bed = await ClientTestBed.open();
  topic = bed.topic('watched');
  const spec = { name: topic, schema: null, key: 'k', partitions: 2, retentionMs: -1, maxMessageBytes: 1_048_576 };
  await bed.bus.topics.ensureExact([{ ...spec, cleanup: 'delete' }]);
  await publish([0, 1, 2, 3]);
});
afterAll(() => bed[Symbol.asyncDispose]());

async function publish(numbers: readonly number[]): Promise<void> {
  const fields = [
    { name: 'n', type: 'long' },
    { name: 'raw', type: 'bytes' },
  ];
  const writer = await bed.bus.codec.writer(subjectOf(topic), { type: 'record', name: 'Watched', fields });
  await bed.bus.producer().send(
    numbers.map((n) => ({
      topic,
      partition: n % 2,
      key: Buffer.from(`k${n}`),
      value: writer.encode({ n, raw: Buffer.from('hi') }),
    })),
  );
}

test('events are printed decoded, one JSON object a line, in order within a partition', async () => {
  const { code, out } = await bed.cli(['watch', topic, '--from', 'beginning', '--no-follow']);
  expect(code).toBe(0);
  const lines = out.map(
    (line) => JSON.parse(line) as { partition: number; offset: number; key: string; value: object },
  );
  expect(lines).toHaveLength(4);
  expect(lines.filter(({ partition }) => partition === 1)).toMatchObject([
    { offset: 0, key: 'k1', value: { n: 1, raw: 'aGk=' } },
    { offset: 1, key: 'k3', value: { n: 3, raw: 'aGk=' } },
  ]);
});

test('a limit ends it, and the values can be had alone', async () => {
  const { out } = await bed.cli(['watch', topic, '--from', 'beginning', '--limit', '3', '--value']);
  expect(out.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
    ['n', 'raw'],
    ['n', 'raw'],
    ['n', 'raw'],
  ]);
});

test('what comes while it watches is printed, from now on only', async () => {
  const watching = bed.cli(['watch', topic, '--limit', '2', '--value']);
  const publishing = setInterval(() => void publish([10, 11]), 200);
  const { out } = await watching;
  clearInterval(publishing);
  for (const line of out) expect([10, 11]).toContain((JSON.parse(line) as { n: number }).n);
});

test('a record that cannot be decoded is printed with its reason and bytes', async () => {
  const bad = bed.topic('bad');
  const spec = { name: bad, schema: null, key: 'k', partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_576 };
  await bed.bus.topics.ensureExact([{ ...spec, cleanup: 'delete' }]);
  await bed.bus.producer().send([{ topic: bad, partition: 0, key: Buffer.from([0xff]), value: Buffer.from('junk') }]);
  const { out } = await bed.cli(['watch', bad, '--from', 'beginning', '--limit', '1']);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({
    key: '/w==',
    undecodable: 'not-framed',
    bytes: Buffer.from('junk').toString('base64'),
  });
});

test('a topic of the platform is found under its own name, a wrong name brings near ones', async () => {
  const { code, status } = await bed.cli(['watch', topic.replace('watched', 'wotched'), '--limit', '1']);
  expect(code).toBe(1);
  expect(status).toContain(`did you mean ${topic}`);
});
