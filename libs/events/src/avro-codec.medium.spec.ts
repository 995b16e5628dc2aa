import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schemas, topics } from '@millrace/schemas';
import type { AvroSchemaJson } from '@millrace/schemas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AvroCodec } from './avro-codec.ts';
import { TransientError } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import { TestBed } from './flow-test-bed.ts';
import type { RawRecord } from './raw-record.ts';
import { SchemaRegistry } from './schema-registry.ts';

let bed: TestBed;
let bus: EventBus;
let subject: string;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
  subject = `${bed.config.topicPrefix}payments-value`;
});
afterEach(() => bed.close());

const first = {
  type: 'record',
  name: 'Payment',
  namespace: 'bank',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'city', type: ['null', 'string'], default: null },
  ],
} satisfies AvroSchemaJson;
const second = {
  ...first,
  fields: [...first.fields, { name: 'amount', type: 'double', default: 9.5 }],
} satisfies AvroSchemaJson;

const raw = (value: Buffer | null, headers: Record<string, Buffer> = {}): RawRecord => ({ value, headers });
const framed = (id: number, ...body: number[]): Buffer => Buffer.from([0, id >>> 24, id >>> 16, id >>> 8, id, ...body]);

async function registryCall(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${bed.config.schemaRegistry.url}/${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

test('a record of ours reads back as it was written', async () => {
  const writer = await bus.writerFor(topics['features.vectors']);
  const vector = {
    eventId: 'fraud@1|t|0|3|42',
    lane: 'fraud@1',
    sourceTopic: 't',
    generation: 0,
    sourcePartition: 3,
    sourceOffset: 42,
    featureService: 'fraud',
    featureServiceVersion: 1,
    sourceEventId: null,
    entities: { customer: 'c1' },
    eventTimeMs: 1_700_000_000_000,
    sourceTimestampMs: 1_700_000_000_001,
    numbers: [1.5, NaN, -0],
    strings: ['DE', null],
    cuts: [{ partition: 3, offset: 41, ownOffset: 42 }],
    builds: [1],
    behind: [],
    computedAtMs: 1_700_000_000_002,
  };
  const [result] = await bus.readerFor(topics['features.vectors']).decodeBatch([raw(writer.encode(vector))]);
  expect(result).toEqual({ ok: true, value: vector, schemaId: writer.schemaId });
});

test('every subject of ours is under BACKWARD_TRANSITIVE, and a schema that cannot read the old one is refused', async () => {
  await bus.codec.writer(subject, first);
  expect(await registryCall('GET', `config/${subject}`)).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' });
  const withoutDefault = { ...first, fields: [...first.fields, { name: 'amount', type: 'double' }] };
  const refusal = bus.codec.writer(subject, withoutDefault);
  await expect(refusal).rejects.toMatchObject({ code: 'EVENTS_SCHEMA_INCOMPATIBLE' });
  await expect(refusal).rejects.toThrow(subject);
});

test("a batch whose writers' schema changes in the middle is read in today's form", async () => {
  const old = await bus.codec.writer<object>(subject, first);
  const now = await bus.codec.writer<object>(subject, second);
  const records = [
    old.encode({ id: 1, city: 'Rome' }),
    now.encode({ id: 2, city: null, amount: 3 }),
    old.encode({ id: 3, city: null }),
  ].map((value) => raw(value));
  const today = await bus.codec.reader<object>(second).decodeBatch(records);
  expect(today.map((result) => result.ok && { ...result.value })).toEqual([
    { id: 1, city: 'Rome', amount: 9.5 },
    { id: 2, city: null, amount: 3 },
    { id: 3, city: null, amount: 9.5 },
  ]);
  const asWritten = await bus.codec.reader<object>().decodeBatch(records);
  expect(asWritten.map((result) => result.ok && Object.keys(result.value))).toEqual([
    ['id', 'city'],
    ['id', 'city', 'amount'],
    ['id', 'city'],
  ]);
});

test('bytes that are no record of ours are results with a reason, and their neighbours are read', async () => {
  const writer = await bus.codec.writer<object>(subject, first);
  const good = writer.encode({ id: 7, city: 'Oslo' });
  const results = await bus.codec.reader(first).decodeBatch([
    raw(good),
    raw(null),
    raw(Buffer.from('{"id": 1}')),
    raw(Buffer.alloc(0)),
    raw(framed(0x7ffffff0, 1)),
    raw(good.subarray(0, good.length - 2)),
    raw(Buffer.concat([good, Buffer.from([0])])),
    raw(framed(writer.schemaId, 2, 9, 9)),
    // 2^60: no JavaScript number holds it, and the reader's schema is of a program that wants numbers.
    raw(framed(writer.schemaId, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0)),
    raw(good),
  ]);
  expect(results.map((result) => (result.ok ? 'ok' : result.reason))).toEqual([
    'ok',
    'null-value',
    'not-framed',
    'not-framed',
    'unknown-schema-id',
    'undecodable',
    'undecodable',
    'undecodable',
    'undecodable',
    'ok',
  ]);
  // Whoever reads the record as it was written gets what it holds.
  const wide = framed(writer.schemaId, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0);
  expect(await bus.codec.reader().decodeBatch([raw(wide)])).toMatchObject([{ ok: true, value: { id: 2n ** 60n } }]);
});

test("a writer's schema that does not fit the reader's makes its records undecodable, with the reason", async () => {
  const writer = await bus.codec.writer<object>(subject, first);
  const other = { type: 'record', name: 'Payment', fields: [{ name: 'missing', type: 'string' }] };
  const [result] = await bus.codec.reader(other).decodeBatch([raw(writer.encode({ id: 1, city: null }))]);
  expect(result).toMatchObject({ ok: false, reason: 'undecodable' });
  expect(JSON.stringify(result)).toContain("does not fit the reader's");
});

test('the id may come in a header instead, and a GUID that the registry does not know is a reason', async () => {
  const writer = await bus.codec.writer<object>(subject, first);
  const whole = writer.encode({ id: 5, city: null });
  const id = Buffer.from(whole.subarray(0, 5));
  const body = whole.subarray(5);
  const guid = Buffer.concat([Buffer.from([1]), Buffer.alloc(16, 0xab)]);
  const results = await bus.codec
    .reader<object>()
    .decodeBatch([
      raw(body, { __value_schema_id: id }),
      raw(body, { __value_schema_id: guid }),
      raw(body, { __value_schema_id: Buffer.from([9]) }),
    ]);
  expect(results[0]).toMatchObject({ ok: true, value: { id: 5, city: null }, schemaId: writer.schemaId });
  expect(results[1]).toMatchObject({ ok: false, reason: 'unknown-schema-id' });
  expect(JSON.stringify(results[1])).toContain('abababab-abab-abab-abab-abababababab');
  expect(results[2]).toMatchObject({ ok: false, reason: 'not-framed' });
});

test('schemas that refer to each other are read, and given whole', async () => {
  const money = { type: 'record', name: 'Money', namespace: 'bank', fields: [{ name: 'cents', type: 'long' }] };
  const invoice = { type: 'record', name: 'Invoice', namespace: 'bank', fields: [{ name: 'total', type: 'Money' }] };
  await registryCall('POST', `subjects/${subject}-money/versions`, { schema: JSON.stringify(money) });
  const { id } = (await registryCall('POST', `subjects/${subject}/versions`, {
    schema: JSON.stringify(invoice),
    references: [{ name: 'bank.Money', subject: `${subject}-money`, version: 1 }],
  })) as { id: number };
  const [result] = await bus.codec.reader().decodeBatch([raw(framed(id, 84))]);
  expect(result).toMatchObject({ ok: true, value: { total: { cents: 42 } } });
  const whole = { ...invoice, fields: [{ name: 'total', type: money }] };
  expect(await bus.codec.schemaOf(id)).toEqual(whole);
  expect(await bus.codec.latestSchema(subject)).toEqual({ schemaId: id, schema: whole });
  expect(await bus.codec.latestSchema(`${subject}-absent`)).toBe(null);
});

test('a schema that is not Avro is a reason for its records and a coded error for its subject', async () => {
  const { id } = (await registryCall('POST', `subjects/${subject}/versions`, {
    schema: '{"type": "object", "properties": {"id": {"type": "string"}}}',
    schemaType: 'JSON',
  })) as { id: number };
  const [result] = await bus.codec.reader().decodeBatch([raw(framed(id, 1))]);
  expect(result).toMatchObject({ ok: false, reason: 'undecodable' });
  expect(JSON.stringify(result)).toContain('it is JSON, only AVRO is read');
  await expect(bus.codec.latestSchema(subject)).rejects.toMatchObject({ code: 'EVENTS_SCHEMA_UNUSABLE' });
});

test('a record larger than a slab, and many small ones behind it, are encoded', async () => {
  const writer = await bus.codec.writer<object>(subject, first);
  const values = [10, 200_000, 65_530, 3, 70_000].map((length, id) => ({ id, city: 'x'.repeat(length) }));
  const encoded = values.map((value) => raw(writer.encode(value)));
  const results = await bus.codec.reader<object>(first).decodeBatch(encoded);
  expect(results.map((result) => result.ok && { ...result.value })).toEqual(values);
});

test('a value that does not fit its schema is a coded error that names the field', async () => {
  const writer = await bus.codec.writer<object>(subject, first);
  expect(() => writer.encode({ id: 'one', city: null })).toThrow(
    'a value does not fit schema bank.Payment: id: string',
  );
  expect(writer.encode({ id: 1, city: null })).toEqual(framed(writer.schemaId, 2, 0));
});

test('a map with the key __proto__ changes no prototype', async () => {
  const schema = { type: 'map', values: { type: 'map', values: 'string' } } as unknown as AvroSchemaJson;
  const { id } = (await registryCall('POST', `subjects/${subject}/versions`, { schema: JSON.stringify(schema) })) as {
    id: number;
  };
  const text = (value: string): number[] => [value.length * 2, ...Buffer.from(value)];
  const body = [2, ...text('__proto__'), 2, ...text('polluted'), ...text('yes'), 0, 0];
  const [result] = await bus.codec.reader().decodeBatch([raw(framed(id, ...body))]);
  expect(result?.ok).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
});

test('an unknown id is asked for once in a while, not once a record', async () => {
  let calls = 0;
  let nowMs = 0;
  const server = createServer((_, response) => {
    calls++;
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error_code": 40403, "message": "Schema not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = new SchemaRegistry({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const reader = new AvroCodec(registry, () => nowMs).reader();
  for (let batch = 0; batch < 3; batch++) {
    const results = await reader.decodeBatch(Array.from({ length: 100 }, () => raw(framed(77, 1))));
    expect(results.every((result) => !result.ok && result.reason === 'unknown-schema-id')).toBe(true);
  }
  expect(calls).toBe(1);
  nowMs = 60_000;
  await reader.decodeBatch([raw(framed(77, 1))]);
  expect(calls).toBe(2);
  // No registry has such an id.
  const beyond = await reader.decodeBatch([raw(framed(0x80000000, 1)), raw(framed(0xffffffff, 1))]);
  expect(beyond).toMatchObject([{ reason: 'unknown-schema-id' }, { reason: 'unknown-schema-id' }]);
  expect(calls).toBe(2);
  registry.close();
  server.close();
});

test.each([
  ['answers 503', 503, '{"error_code": 503}'],
  ['answers 404 for every path because it is still starting', 404, '<html>not found</html>'],
  ['answers 200 with a login page', 200, '<html>log in</html>'],
  ['limits the rate', 429, ''],
])('a registry that %s is an outage, and nothing is remembered of it', async (_, status, body) => {
  let healthy = false;
  const server = createServer((_, response) => {
    response.writeHead(healthy ? 200 : status, { 'content-type': 'application/json' });
    response.end(healthy ? JSON.stringify({ schema: JSON.stringify(first) }) : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = new SchemaRegistry({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const codec = new AvroCodec(registry, () => 0);
  const reader = codec.reader();
  const byGuid = raw(Buffer.from([2, 0]), { __value_schema_id: Buffer.alloc(17, 1) });
  for (const record of [raw(framed(1, 2, 0)), byGuid])
    await expect(reader.decodeBatch([record])).rejects.toBeInstanceOf(TransientError);
  healthy = true;
  const good = { ok: true, value: { id: 1 } };
  expect(await reader.decodeBatch([raw(framed(1, 2, 0)), byGuid])).toMatchObject([good, good]);
  registry.close();
  server.close();
});

test('a registry that cannot be reached is an outage for readers, writers and readiness', async () => {
  const registry = new SchemaRegistry({ url: 'http://127.0.0.1:1' });
  const codec = new AvroCodec(registry, () => 0);
  await expect(codec.reader().decodeBatch([raw(framed(1, 2, 0))])).rejects.toBeInstanceOf(TransientError);
  await expect(codec.writer(subject, schemas.Outcome)).rejects.toMatchObject({ dependency: 'schema-registry' });
  await expect(registry.ping()).rejects.toBeInstanceOf(TransientError);
});

test('credentials are sent, and a refusal says which settings to check', async () => {
  const server = createServer((request, response) => {
    const good = request.headers.authorization === `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
    response.end('["AVRO"]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/apis/ccompat/v7`;
  const known = new SchemaRegistry({ url, username: 'ann', password: 'secret' });
  await known.ping();
  const stranger = new SchemaRegistry({ url });
  await expect(stranger.ping()).rejects.toMatchObject({ code: 'EVENTS_REGISTRY_NOT_AUTHORIZED' });
  known.close();
  stranger.close();
  server.close();
});
