import { Buffer } from 'node:buffer';
import type { AnyValue } from './span.ts';

/**
 * An attribute's value as JSON text, in which `1` is an integer and `1.0` a double. Doubles that JSON has no word for and
 * bytes (base64) become texts.
 */
export function valueText(value: AnyValue): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return doubleText(value);
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  return `{${Array.from(value, ([key, inner]) => `${JSON.stringify(key)}: ${valueText(inner)}`).join(', ')}}`;
}

function isList(value: readonly AnyValue[] | ReadonlyMap<string, AnyValue>): value is readonly AnyValue[] {
  return Array.isArray(value);
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value));
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A value in protobuf's JSON, under the names of the schema. */
export type AnyValueJson = Readonly<Record<string, unknown>>;

/** What `valueText` wrote, as protobuf's JSON of an AnyValue. A text of another writer that is no JSON is a string. */
export function anyValueJson(text: string): AnyValueJson {
  try {
    return JSON.parse(text, ((_key: string, value: unknown, context?: { readonly source?: string }) =>
      toAnyValue(value, context?.source)) as (this: unknown, key: string, value: unknown) => unknown) as AnyValueJson;
  } catch {
    return { string_value: text };
  }
}

/** Called from the innermost value outwards: what is inside a list or an object is an AnyValue already. */
function toAnyValue(value: unknown, source: string | undefined): AnyValueJson {
  if (value === null) return {};
  if (typeof value === 'string') return { string_value: value };
  if (typeof value === 'boolean') return { bool_value: value };
  if (typeof value === 'number') {
    return source !== undefined && isInt64(source) ? { int_value: source } : { double_value: value };
  }
  if (Array.isArray(value)) return { array_value: { values: value as unknown[] } };
  return {
    kvlist_value: { values: Object.entries(value as object).map(([key, inner]) => ({ key, value: inner as unknown })) },
  };
}

function isInt64(source: string): boolean {
  return /^-?\d{1,19}$/.test(source) && BigInt.asIntN(64, BigInt(source)) === BigInt(source);
}
