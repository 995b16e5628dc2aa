import { UNREADABLE_BATCH } from './kafkajs/unreadable-batch.ts';
import type { RawRecord } from './raw-record.ts';

/** How a record names its writer's schema: the classic number, or the GUID of newer clients (as text). */
export type SchemaKey = number | string;

export type Framing =
  | { readonly ok: true; readonly key: SchemaKey; readonly bodyAt: number }
  | { readonly ok: false; readonly message: string };

const idHeader = '__value_schema_id';
const idMagic = 0;
const guidMagic = 1;

/**
 * Confluent's framings: magic 0 and a 4-byte id before the body, or a `__value_schema_id` header that holds magic 0 and
 * a 4-byte id, or magic 1 and a 16-byte GUID, and then the body alone as the value.
 */
export function framingOf(record: Pick<RawRecord, 'headers'>, value: Buffer): Framing {
  const unreadable = record.headers[UNREADABLE_BATCH];
  if (unreadable !== undefined) return { ok: false, message: unreadable.toString() };
  const header = record.headers[idHeader];
  if (header === undefined) {
    if (value.length >= 5 && value[0] === idMagic) return { ok: true, key: value.readUInt32BE(1), bodyAt: 5 };
    return {
      ok: false,
      message: `the value of ${value.length} bytes starts with neither magic byte 0 nor a schema id`,
    };
  }
  if (header.length === 5 && header[0] === idMagic) return { ok: true, key: header.readUInt32BE(1), bodyAt: 0 };
  if (header.length === 17 && header[0] === guidMagic) return { ok: true, key: guidText(header), bodyAt: 0 };
  return { ok: false, message: `the header ${idHeader} of ${header.length} bytes holds neither an id nor a GUID` };
}

function guidText(header: Buffer): string {
  const hex = header.toString('hex', 1);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
