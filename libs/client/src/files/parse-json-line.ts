import { ClientError } from '../client-error.ts';
import type { FileRow } from './file-row.ts';

/** Whole numbers that a double cannot hold have at least this many digits. */
const manyDigits = /\d{16}/;

/** One JSON object; whole numbers beyond 2^53 come as bigint instead of being rounded. `where` begins the message of a fault. */
export function parseJsonLine(text: string, where: string): FileRow {
  let row: unknown;
  try {
    row = manyDigits.test(text) ? JSON.parse(text, exactIntegers) : JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError('CLIENT_ROW_INVALID', `${where} is not JSON: ${reason}${hintFor(text)}`, { cause });
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as FileRow;
  throw new ClientError('CLIENT_ROW_INVALID', `${where} is not a JSON object${hintFor(text)}`);
}

/** One document over many lines, or an array of rows: what most programs write when they are asked for JSON. */
function hintFor(text: string): string {
  if (!/^\s*(\[|\{\s*$)/.test(text)) return '';
  return '; the file must hold one object a line: "jq -c .[] FILE" makes that of an array, "jq -c . FILE" of objects over several lines';
}

function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
