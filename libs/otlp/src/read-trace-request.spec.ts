import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OtlpFormatError, readTraceRequest, readTraceRequestJson, type ResourceSpans } from './index.ts';

/** Made by OpenTelemetry's Python classes: test/make_golden.py. */
const golden = (name: string): Buffer => readFileSync(new URL(`../test/${name}`, import.meta.url));
const bytes = golden('trace-request.bin');

const traceId = '000102030405060708090a0b0c0d0e0f';
const expected: ResourceSpans[] = [
  {
    resource: new Map<string, string | bigint>([
      ['service.name', 'checkout'],
      ['replicas', 3n],
    ]),
    spans: [
      {
        traceId,
        spanId: '00f067aa0ba902b7',
        parentSpanId: '',
        name: 'answer ü',
        startNs: 1_750_000_000_123_456_789n,
        endNs: 1_750_000_001_123_456_789n,
        attributes: new Map<string, ResourceSpans['resource'] extends ReadonlyMap<string, infer V> ? V : never>([
          ['text', 'it\'s "ü" 🙂'],
          ['largest', 2n ** 63n - 1n],
          ['smallest', -(2n ** 63n)],
          ['one', 1n],
          ['one as double', 1],
          ['half', 0.5],
          ['tiny', 5e-324],
          ['yes', true],
          ['no', false],
          ['bytes', Uint8Array.of(0, 255)],
          ['empty list', []],
          ['empty map', new Map()],
          [
            'nested',
            new Map<string, never>(
              Object.entries({ a: [1n, 2.5, 'x', new Map([['b', null]])], c: new Map() }) as never,
            ),
          ],
          ['unset', null],
        ]),
        events: [
          {
            timeNs: 1_750_000_000_500_000_001n,
            name: 'exception',
            attributes: new Map([['exception.message', 'boom']]),
          },
        ],
        links: [{ traceId: '0'.repeat(32), spanId: '0102030405060708', attributes: new Map([['reason', 'retry']]) }],
        statusCode: 'ERROR',
        statusMessage: 'boom',
      },
      {
        traceId,
        spanId: '0000000000000000',
        parentSpanId: '00f067aa0ba902b7',
        name: '',
        startNs: 1n,
        endNs: 0n,
        attributes: new Map(),
        events: [],
        links: [],
        statusCode: 'UNSET',
        statusMessage: '',
      },
    ],
  },
  { resource: new Map(), spans: [] },
];

describe('an export request that Python made', () => {
  it('is read exactly from protobuf', () => {
    expect(plain(readTraceRequest(bytes))).toEqual(plain(expected));
  });

  it('is the same in JSON', () => {
    expect(plain(readTraceRequestJson(golden('trace-request.json').toString()))).toEqual(plain(expected));
  });

  it('is refused when it is cut within a field', () => {
    let refused = 0;
    for (let length = 1; length < bytes.length; length += 1) {
      try {
        readTraceRequest(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(OtlpFormatError);
        refused += 1;
      }
    }
    // Only the end of the first of its two resources is an end of a field, too.
    expect(refused).toBe(bytes.length - 2);
  });
});

describe('any bytes', () => {
  it('are read or refused as no OTLP, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(bytes.length), (noise, at) => {
        const damaged = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)]);
        for (const request of [noise, damaged]) {
          try {
            readTraceRequest(request);
          } catch (error) {
            expect(error).toBeInstanceOf(OtlpFormatError);
          }
        }
      }),
    );
  });

  it('are refused when values lie in values without an end', () => {
    let value: Buffer = Buffer.from([0x10, 1]);
    for (let depth = 0; depth < 300; depth += 1) value = message(0x2a, message(0x0a, value));
    const attribute = Buffer.concat([message(0x0a, Buffer.from('k')), message(0x12, value)]);
    const span = message(0x0a, message(0x12, message(0x12, message(0x4a, attribute))));
    expect(() => readTraceRequest(span)).toThrow(/nested deeper/);
    const json = `${'{"value":{"arrayValue":{"values":['.repeat(1)}${'{"arrayValue":{"values":['.repeat(300)}${']}}'.repeat(300)}]}}}`;
    const request = `{"resourceSpans":[{"resource":{"attributes":[${json.replace('{"value"', '{"key":"k","value"')}]}}]}`;
    expect(() => readTraceRequestJson(request)).toThrow(/nested deeper/);
  });
});

describe('JSON', () => {
  it('may use the names of the schema, numbers for integers, and names that are not known', () => {
    const [read] = readTraceRequestJson(
      '{"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"AB","span_id":"01","start_time_unix_nano":1750000000123456789,"more":{}}]}]}]}',
    );
    expect(read?.spans[0]).toMatchObject({ traceId: 'ab', spanId: '01', startNs: 1_750_000_000_123_456_789n });
  });

  it.each([
    ['nonsense', 'the request is not JSON'],
    ['[]', 'the request is not an object'],
    ['{"resourceSpans":{}}', 'resourceSpans is not a list'],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}', 'traceId is not hexadecimal'],
    [
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1.5}]}]}]}',
      'startTimeUnixNano is not a whole number',
    ],
    [
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"status":{"code":"BAD"}}]}]}]}',
      'a status code is none of the schema',
    ],
    [
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"-1"}]}]}]}',
      'startTimeUnixNano is not between 0 and 18446744073709551615',
    ],
  ])('%s is refused: %s', (text, reason) => {
    expect(() => readTraceRequestJson(text)).toThrow(new OtlpFormatError(reason));
  });
});

function message(tag: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** Maps with their order, bytes of either class alike. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, inner]) => [key as unknown, plain(inner)]) };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
