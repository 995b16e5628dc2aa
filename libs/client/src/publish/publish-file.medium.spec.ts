import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitioners } from '@millrace/events';
import type { SourceDefinition } from '@millrace/feature-engine';
import { subjectOf, topics, type Outcome } from '@millrace/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClientTestBed, sharedData } from '../client-test-bed.ts';
import { PublicationError } from './publication-error.ts';
import { publishFile } from './publish-file.ts';
import type { PublishProgress } from './publish-options.ts';

let bed: ClientTestBed;
let folder: string;
beforeAll(async () => {
  bed = await ClientTestBed.open();
  folder = await mkdtemp(join(tmpdir(), 'publish-test-'));
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

interface Registration {
  readonly ip_address: string;
  readonly EVENT_TIMESTAMP: string;
}

test('a real, unsorted file of 20,000 rows becomes a stream in event-time order, sorted on disk', async () => {
  const topic = bed.topic('registrations');
  const startedMs = Date.now();
  const seen: PublishProgress['phase'][] = [];
  const result = await publishFile(bed.bus, {
    file: sharedData('registrations.csv'),
    topic,
    eventTimeColumn: 'EVENT_TIMESTAMP',
    keyColumn: 'ip_address',
    partitions: 3,
    maxValuesInMemory: 5_000,
    onProgress: ({ phase }) => seen.push(phase),
  });
  expect(result).toMatchObject({
    rows: 20_000,
    events: 20_000,
    outcomes: 0,
    topicCreated: true,
    schemaFrom: 'inferred',
  });
  expect(new Set(seen)).toEqual(new Set(['reading', 'publishing']));

  const events = await bed.read<Registration>(topic);
  expect(events).toHaveLength(20_000);
  expect(new Set(events.map(({ record }) => record.partition)).size).toBe(3);
  for (const [i, { record, value }] of events.entries()) {
    expect(record.key?.toString()).toBe(value.ip_address);
    expect(record.partition).toBe(partitioners.murmur2(Buffer.from(value.ip_address), 3));
    expect(record.timestampMs).toBeGreaterThanOrEqual(startedMs);
    const next = events[i + 1];
    if (next?.record.partition === record.partition) {
      expect(Date.parse(next.value.EVENT_TIMESTAMP)).toBeGreaterThanOrEqual(Date.parse(value.EVENT_TIMESTAMP));
    }
  }
});

test('labels leave the events of a real file and follow as outcomes, each a while after its event', async () => {
  const topic = bed.topic('transactions');
  const result = await publishFile(bed.bus, {
    file: sharedData('transactions.csv'),
    topic,
    eventTimeColumn: 'EVENT_TIMESTAMP',
    keyColumn: 'ENTITY_ID',
    partitioner: 'crc32',
    labels: { column: 'EVENT_LABEL', delayMs: 7 * 86_400_000, idColumn: 'EVENT_ID', source: 'transactions' },
  });
  const events = await bed.read<Record<string, unknown>>(topic);
  expect(events).toHaveLength(result.events);
  expect(Object.keys(events[0]?.value ?? {})).not.toContain('EVENT_LABEL');
  const outcomes = await bed.read<Outcome>(bed.bus.topics.name(topics.outcomes.name));
  expect(outcomes).toHaveLength(result.outcomes);
  expect(outcomes.length).toBeGreaterThan(0);
  expect(outcomes.length).toBeLessThan(events.length);
  const ids = new Set(events.map(({ value }) => value['EVENT_ID']));
  for (const { value } of outcomes) {
    expect(ids).toContain(value.sourceEventId);
    expect(value.observedAtMs - value.eventTimeMs).toBe(7 * 86_400_000);
    expect([0, 1]).toContain(value.label);
  }
});

test('a later file is published with the schema that is there, extended by its new columns', async () => {
  const topic = bed.topic('shop');
  const options = { topic, eventTimeColumn: 't', unit: 's' as const };
  const first = await file('first.csv', 't,amount\n1,2.5\n2,3\n');
  expect(await publishFile(bed.bus, { ...options, file: first })).toMatchObject({ schemaFrom: 'inferred' });
  const second = await file('second.csv', 't,amount\n3,7\n');
  expect(await publishFile(bed.bus, { ...options, file: second })).toMatchObject({ schemaFrom: 'registered' });
  const third = await file('third.csv', 't,amount,shop\n4,8,x\n');
  expect(await publishFile(bed.bus, { ...options, file: third })).toMatchObject({ schemaFrom: 'extended' });
  const values = (await bed.read<{ t: number }>(topic)).map(({ value }) => value).sort((a, b) => a.t - b.t);
  expect(values).toEqual([
    { t: 1, amount: 2.5 },
    { t: 2, amount: 3 },
    { t: 3, amount: 7 },
    { t: 4, amount: 8, shop: 'x' },
  ]);
  const wrong = await file('wrong.csv', 't,amount\n5,much\n');
  await expect(publishFile(bed.bus, { ...options, file: wrong })).rejects.toThrow(
    /row 1: column "amount": "much" is not a double/,
  );
  expect(await bed.read(topic)).toHaveLength(4);
});

test('whole numbers become doubles when a later file has fractions, where the registry takes that', async () => {
  const topic = bed.topic('widened');
  const options = { topic, eventTimeColumn: 't', unit: 's' as const, partitions: 1 };
  const first = await file('whole.csv', 't,amount,note\n1,2,\n');
  expect(await publishFile(bed.bus, { ...options, file: first })).toMatchObject({ widened: [] });
  const second = await file('fractions.csv', 't,amount,note\n2,12.5,1.5\n');
  expect(await publishFile(bed.bus, { ...options, file: second })).toMatchObject({
    schemaFrom: 'extended',
    widened: ['amount'],
  });
  expect((await bed.read(topic)).map(({ value }) => value)).toEqual([
    { t: 1, amount: 2 },
    { t: 2, amount: 12.5, note: 1.5 },
  ]);
  const wrong = await file('wrong-time.csv', 't,at\n3,soon\n');
  const schema = {
    type: 'record',
    name: 'W',
    fields: [{ name: 'at', type: { type: 'enum', name: 'E', symbols: ['A'] } }],
  };
  await expect(publishFile(bed.bus, { ...options, file: wrong, schema })).rejects.toThrow(
    /row 1: at: string where enum/,
  );
});

test('keys lie where a source on the topic declares, and a record that is too large says how far it came', async () => {
  const topic = bed.topic('declared');
  const source: SourceDefinition = {
    kind: 'source',
    name: 'declared',
    topic,
    eventTime: { column: 't', unit: 's' },
    entity: 'card',
    partitioner: 'crc32',
    keyEncoding: 'long-be',
    allowedLateness: '1h',
    maxFuture: '1h',
  };
  const options = { topic, eventTimeColumn: 't', unit: 's' as const, sources: [source] };
  const small = Array.from({ length: 2_500 }, (_, i) => `{"t":${i},"card":${i % 7}}`);
  const path = await file(
    'declared.jsonl',
    `${small.join('\n')}\n{"t":9000,"card":1,"x":"${'x'.repeat(1_200_000)}"}\n`,
  );
  const failed = await publishFile(bed.bus, { ...options, file: path }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(PublicationError);
  const events = await bed.read<{ card: number }>(topic);
  expect(failed).toMatchObject({
    progress: { events: 2_000 },
    message: expect.stringMatching(/--from 1970-01-01T00:33/),
  });
  expect(events.length).toBeGreaterThanOrEqual(2_000);
  for (const { record, value } of events) {
    const key = Buffer.alloc(8);
    key.writeBigInt64BE(BigInt(value.card));
    expect(record.key).toEqual(key);
    expect(record.partition).toBe(partitioners.crc32(key, 4));
  }
});

test('a given schema decides the types, and a row that does not fit it stops everything before it begins', async () => {
  const topic = bed.topic('given');
  const time = { type: 'long', logicalType: 'timestamp-millis' };
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'at', type: time },
    { name: 'n', type: ['null', 'int'] },
  ];
  const options = { topic, eventTimeColumn: 'at', keyColumn: 'id', schema: { type: 'record', name: 'Given', fields } };
  const good = await file('good.csv', 'id,at,n,other\n007,2024-01-01T00:00:00Z,,x\n008,2024-01-01T00:00:01Z,5,y\n');
  expect(await publishFile(bed.bus, { ...options, file: good })).toMatchObject({ events: 2, schemaFrom: 'given' });
  const values = (await bed.read<{ id: string }>(topic))
    .map(({ value }) => value)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(values).toEqual([
    { id: '007', at: 1_704_067_200_000, n: null },
    { id: '008', at: 1_704_067_201_000, n: 5 },
  ]);
  const bad = await file('bad.csv', 'id,at,n\n009,2024-01-01T00:00:00Z,1\n010,2024-01-01T00:00:01Z,many\n');
  await expect(publishFile(bed.bus, { ...options, file: bad })).rejects.toThrow(
    /row 2: column "n": "many" is not a int/,
  );
  expect(await bed.read(topic)).toHaveLength(2);
});

test('stopped half-way it says how far it came, and goes on from there', async () => {
  const topic = bed.topic('stopped');
  const rows = Array.from({ length: 200 }, (_, i) => `${1_700_000_000 + i},${i}`);
  const path = await file('stopped.csv', `t,id\n${rows.join('\n')}\n`);
  const stop = new AbortController();
  const options = { file: path, topic, eventTimeColumn: 't' };
  const stopped = await publishFile(bed.bus, {
    ...options,
    speed: 100,
    signal: stop.signal,
    onProgress: ({ events }) => events > 20 && stop.abort(),
  });
  expect(stopped).toMatchObject({ stopped: true });
  expect(stopped.events).toBeGreaterThan(20);
  expect(stopped.events).toBeLessThan(200);
  const reachedMs = stopped.reachedMs ?? 0;
  const rest = await publishFile(bed.bus, { ...options, fromMs: reachedMs + 1 });
  expect(stopped.events + rest.events).toBe(200);
  const ids = (await bed.read<{ id: number }>(topic)).map(({ value }) => value.id).sort((a, b) => a - b);
  expect(ids).toEqual(rows.map((_, i) => i));
});

test('an existing topic keeps its partitions, and another wish is refused before anything is published', async () => {
  const topic = bed.topic('keeps');
  const path = await file('keeps.csv', 't\n1\n');
  await publishFile(bed.bus, { file: path, topic, eventTimeColumn: 't', partitions: 2 });
  const again = publishFile(bed.bus, { file: path, topic, eventTimeColumn: 't', partitions: 5 });
  await expect(again).rejects.toMatchObject({ code: 'CLIENT_TOPIC_PARTITIONS' });
  expect(await bed.read(topic)).toHaveLength(1);
});

test("the command line publishes, says what it did, and leaves a user's own topic without the prefix", async () => {
  const topic = bed.topic('cli');
  const path = await file(
    'cli.jsonl',
    '{"t":"2024-01-01T00:00:01Z","e-mail":"a@b"}\n{"t":"2024-01-01T00:00:00Z","e-mail":"c@d"}\n',
  );
  const run = await bed.cli(['publish', path, '--topic', topic, '--event-time', 't', '--key', 'e-mail']);
  expect(run).toMatchObject({ code: 0 });
  expect(run.out[0]).toMatch(/^2 events of 2 rows published to topic ".*cli" \(created\) in /);
  expect(run.out.slice(1)).toEqual([
    `schema: inferred, subject ${subjectOf(topic)}`,
    'column "e-mail" is field "e_mail"',
  ]);
  expect(run.status).toMatch(/2 rows read, published 2 of 2/);
  const keys = (await bed.read(topic)).map(({ record }) => record.key?.toString());
  expect(new Set(keys)).toEqual(new Set(['a@b', 'c@d']));
});

test('label options that do not go together are named with what is missing', async () => {
  const args = ['publish', 'x.csv', '--topic', 'x', '--event-time', 't'];
  const one = await bed.cli([...args, '--label-column', 'l']);
  expect(one).toMatchObject({ code: 1, status: expect.stringContaining('--id-column') });
  const two = await bed.cli([...args, '--positive', 'fraud']);
  expect(two).toMatchObject({ code: 1, status: expect.stringContaining('--label-column') });
  const header = await bed.cli(['publish', await file('header.csv', 'a,b\n'), '--topic', 'x', '--event-time', 'when']);
  expect(header).toMatchObject({ code: 1, status: expect.stringContaining('no column "when": it has a, b') });
  const three = await bed.cli([...args, '--label-delay', 'soon']);
  expect(three).toMatchObject({ code: 1, status: expect.stringContaining('90s') });
});
