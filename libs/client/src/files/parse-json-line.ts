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
    throw new ClientError(
      'CLIENT_ROW_INVALID',
      `${where} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as FileRow;
  throw new ClientError('CLIENT_ROW_INVALID', `${where} is not a JSON object`);
}

function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
