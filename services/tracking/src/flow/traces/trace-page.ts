import { createHash } from 'node:crypto';
import { invalidParameter } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { LogMoment } from './ports.ts';

/** Where a page goes on: after so many traces, of those that there were at one moment of the log. */
export interface TracePage {
  readonly moment: LogMoment;
  readonly offset: number;
}

const pageSchema = z.tuple([z.string(), z.array(z.number().int().min(0)).max(1024), z.number().int().min(0)]);

/** An opaque token, bound to its query: another query's token is refused instead of giving a page out of nowhere. */
export function encodeTracePage(query: unknown, { moment, offset }: TracePage): string {
  return Buffer.from(JSON.stringify([fingerprint(query), moment, offset])).toString('base64url');
}

export function decodeTracePage(query: unknown, token: string): TracePage {
  let raw: unknown;
  try {
    raw = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    raw = undefined;
  }
  const parsed = pageSchema.safeParse(raw);
  if (!parsed.success) throw invalidParameter(`Invalid page token: ${token.slice(0, 100)}`);
  const [of, moment, offset] = parsed.data;
  if (of !== fingerprint(query)) throw invalidParameter('Invalid page token: it belongs to another query');
  return { moment, offset };
}

function fingerprint(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}
