import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeastFormatError } from '../wire/wire-reader.ts';
import { sourceTypes, type DataSource } from './data-source.ts';
import { featureView } from './feature-view.ts';
import { registry, type Registry } from './registry.ts';
import { valueTypes } from './value-type.ts';
import { secondsOf } from './well-known.ts';

/** Bytes that Feast's own classes made: `test/make_golden.py`. */
const golden = JSON.parse(readFileSync(new URL('../../test/golden.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;

const pushSource: DataSource = {
  name: 'payments',
  project: 'millrace',
  type: sourceTypes.push,
  timestampField: 'ts',
  createdTimestampColumn: 'created',
  fieldMapping: { amount: 'last_amount' },
  batchSource: {
    name: 'stored',
    type: sourceTypes.request,
    requestData: { schema: [{ name: 'amount', valueType: valueTypes.double }] },
  },
};

const whole: Registry = {
  registrySchemaVersion: '1',
  versionId: 'v-7',
  lastUpdated: secondsOf(1_700_000_000_250),
  projects: [{ spec: { name: 'millrace', description: 'Features of one platform' } }],
  entities: [
    {
      spec: {
        name: 'card',
        project: 'millrace',
        joinKey: 'card_id',
        valueType: valueTypes.string,
        description: 'a card, not a person',
        tags: { team: 'risk', a: '' },
      },
    },
  ],
  dataSources: [pushSource, { name: 'history', type: sourceTypes.file, file: { uri: 'clickhouse:source_payments' } }],
  featureViews: [
    {
      spec: {
        name: 'card_spend',
        project: 'millrace',
        online: true,
        entities: ['card'],
        features: [
          { name: 'spend_1d', valueType: valueTypes.double, description: 'Betrag, größer als 0 €' },
          { name: 'count_1d', valueType: valueTypes.int64 },
        ],
        entityColumns: [{ name: 'card_id', valueType: valueTypes.string }],
        ttl: { seconds: 86_400 },
        streamSource: pushSource,
      },
      meta: { currentVersionNumber: 3 },
    },
  ],
  featureServices: [
    {
      spec: {
        name: 'payment_risk',
        project: 'millrace',
        description: 'for the model',
        features: [
          {
            featureViewName: 'card_spend',
            featureColumns: [{ name: 'spend_1d', valueType: valueTypes.double }],
            joinKeyMap: { card_id: 'sender' },
            versionTag: 0,
            viewType: 'featureView',
          },
          { featureViewName: 'shop', featureViewNameAlias: 'seller' },
        ],
      },
    },
  ],
  onDemandFeatureViews: [
    {
      spec: {
        name: 'payment_risk_on_demand',
        project: 'millrace',
        mode: 'python',
        features: [{ name: 'amount', valueType: valueTypes.double }],
        sources: {
          request: { requestDataSource: { name: 'request', type: sourceTypes.request } },
          card_spend: { featureViewProjection: { featureViewName: 'card_spend' } },
        },
        featureTransformation: {
          userDefinedFunction: { name: 'f', bodyText: 'def f(inputs):\n    return {}\n', mode: 'python' },
        },
      },
    },
  ],
};

describe('messages of the registry', () => {
  it('are written byte for byte as Feast writes them', () => {
    expect(hex(registry.encode(whole))).toBe(golden['registry']);
    expect(hex(featureView.encode({ spec: { ttl: secondsOf(-500) } }))).toBe(golden['before the epoch']);
    expect(hex(featureView.encode({ spec: {}, meta: {} }))).toBe(golden['nothing but presence']);
    expect(hex(featureView.encode({ spec: { description: 'x'.repeat(300) } }))).toBe(golden['a long text']);
  });

  it('are read from what Feast writes', () => {
    expect(registry.decode(Buffer.from(golden['registry'] ?? '', 'hex'))).toEqual(whole);
    const { spec } = featureView.decode(Buffer.from(golden['before the epoch'] ?? '', 'hex'));
    expect(spec?.ttl).toEqual({ seconds: -1, nanos: 500_000_000 });
  });

  it('leave out members that have the default value', () => {
    const empty: Registry = { registrySchemaVersion: '', entities: [], projects: [{ spec: { name: '' } }] };
    expect(registry.decode(registry.encode(empty))).toEqual({ projects: [{ spec: {} }] });
  });

  it('are read with fields in between that nobody knows here', () => {
    const known = Buffer.from(golden['before the epoch'] ?? '', 'hex');
    const unknown = Buffer.from([
      0x98, 0x06, 5, 0xa2, 0x06, 1, 7, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xb5, 0x06, 1, 2, 3, 4,
    ]);
    expect(featureView.decode(Buffer.concat([unknown, known, unknown]))).toEqual(featureView.decode(known));
  });

  it('are refused when they are cut off, mistyped, too deep or no text', () => {
    const bytes = Buffer.from(golden['a long text'] ?? '', 'hex');
    expect(() => featureView.decode(bytes.subarray(0, -1))).toThrow(FeastFormatError);
    expect(() => featureView.decode(Buffer.from([0x08, 1]))).toThrow('field 1 (spec) has wire type 0');
    expect(() => featureView.decode(Buffer.from([0x0a, 3, 0x0a, 1, 0xff]))).toThrow('not UTF-8');
    expect(() => featureView.decode(Buffer.from([0x0b]))).toThrow('wire type 3');
    expect(() => featureView.decode(Buffer.from([0, 1]))).toThrow('not the tag of a field');
    expect(() => featureView.decode(Buffer.alloc(20, 0xff))).toThrow('more than ten bytes');
    let nested: DataSource = {};
    for (let depth = 0; depth < 40; depth += 1) nested = { batchSource: nested };
    expect(() => registry.decode(registry.encode({ dataSources: [nested] }))).toThrow('more than 32 deep');
  });

  it('come from any bytes whole or with an error of their own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          registry.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FeastFormatError);
        }
      }),
    );
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
