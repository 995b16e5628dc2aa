import type { AvroSchemaJson } from '@millrace/schemas';
import type { Fault } from '@millrace/service-kit';

export interface AvroValue {
  readonly value: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
}

/**
 * An event in JSON, in the form that an Avro producer would have it: ISO 8601 text for times, text for bytes (as Avro's own
 * JSON has it), and null for what may be null and was left out. Other fields that were left out have their default.
 */
export function jsonAsAvro(event: Readonly<Record<string, unknown>>, schema: AvroSchemaJson, path: string): AvroValue {
  const fields = typeof schema === 'object' && 'fields' in schema ? (schema.fields ?? []) : [];
  const faults: Fault[] = [];
  const value: Record<string, unknown> = {};
  for (const field of fields) {
    const branches = Array.isArray(field.type) ? (field.type as readonly AvroSchemaJson[]) : [field.type];
    const given = event[field.name];
    if (given !== undefined) value[field.name] = converted(given, branches);
    else if (branches.includes('null') && field.default === undefined) value[field.name] = null;
    if (Number.isNaN(value[field.name]) && typeof given === 'string')
      faults.push({ path: `${path}.${field.name}`, message: `"${given}" is not an ISO 8601 time` });
  }
  return { value, faults };
}

function converted(given: unknown, branches: readonly AvroSchemaJson[]): unknown {
  if (typeof given !== 'string' || branches.includes('string')) return given;
  for (const type of branches) {
    if (type === 'bytes') return Buffer.from(given, 'latin1');
    if (typeof type !== 'object' || !('type' in type)) continue;
    if (type.type === 'bytes' || type.type === 'fixed') return Buffer.from(given, 'latin1');
    if (type.logicalType === 'timestamp-millis') return Date.parse(given);
    if (type.logicalType === 'timestamp-micros') return Date.parse(given) * 1_000;
  }
  return given;
}
