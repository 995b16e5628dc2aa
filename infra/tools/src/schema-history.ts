import { existsSync, readFileSync, readdirSync } from 'node:fs';
import avro from 'avsc';
import type { Schema, Type } from 'avsc';

/** One released form of a record: its schema and one message written with it, never changed again. */
export interface FrozenSchema {
  readonly record: string;
  readonly version: number;
  readonly schema: unknown;
  readonly golden: Buffer;
}

export const schemasFolder = new URL('../../../schemas/', import.meta.url);
export const historyFolder = new URL('history/', schemasFolder);

/** Today's schemas by record name. */
export function currentSchemas(): Map<string, unknown> {
  const files = readdirSync(schemasFolder).filter((file) => file.endsWith('.avsc'));
  return new Map(files.sort().map((file) => [file.slice(0, -'.avsc'.length), readJson(new URL(file, schemasFolder))]));
}

/** Every released form, oldest first, none before the first release: history/<Record>.<version>.avsc with its message in history/<Record>.<version>.golden */
export function frozenSchemas(): FrozenSchema[] {
  if (!existsSync(historyFolder)) return [];
  return readdirSync(historyFolder)
    .flatMap((file) => {
      const [, record, version] = /^(\w+)\.(\d+)\.avsc$/.exec(file) ?? [];
      if (record === undefined) return [];
      const golden = readFileSync(new URL(file.replace(/avsc$/, 'golden'), historyFolder), 'utf8');
      const schema = readJson(new URL(file, historyFolder));
      return [{ record, version: Number(version), schema, golden: Buffer.from(golden.trim(), 'base64') }];
    })
    .sort((a, b) => a.record.localeCompare(b.record) || a.version - b.version);
}

export function avroType(schema: unknown): Type {
  return avro.Type.forSchema(schema as Schema, { wrapUnions: 'auto' });
}

/** A message that holds something in every field, the same for the same schema. */
export function goldenOf(schema: unknown): Buffer {
  const type = avroType(schema);
  return type.toBuffer(sampleOf(type, 'golden'));
}

const samples: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: true,
  int: 7,
  long: 1_700_000_000_123,
  float: 0.5,
  double: -1.25,
  bytes: Buffer.from('golden'),
};

function sampleOf(type: Type, name: string): unknown {
  const { types } = avro;
  if (type instanceof types.RecordType) {
    return Object.fromEntries(type.fields.map((field) => [field.name, sampleOf(field.type, field.name)]));
  }
  if (type instanceof types.ArrayType) return [sampleOf(type.itemsType, name)];
  if (type instanceof types.MapType) return { [name]: sampleOf(type.valuesType, name) };
  if (type instanceof types.EnumType) return type.symbols[0];
  if (type instanceof types.FixedType) return Buffer.alloc(type.size, 1);
  if (type instanceof types.UnwrappedUnionType) return sampleOf(type.types.at(-1) ?? type, name);
  return type.typeName in samples ? samples[type.typeName] : name;
}

function readJson(file: URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
