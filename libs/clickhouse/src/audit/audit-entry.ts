import { createHash } from 'node:crypto';

/** `repeated`: a request that was answered before, and changed nothing; `unreadable`: a record that is no event of its topic. */
export const auditOutcomes = ['accepted', 'refused', 'repeated', 'unreadable'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What one record of a log did to one thing. */
export interface AuditChange {
  readonly atMs: number;
  readonly actor: string;
  /** Empty where the client gave none. */
  readonly requestId: string;
  readonly command: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly outcome: AuditOutcome;
  /** Why it was refused, empty otherwise. */
  readonly refusal: string;
  /** The command as JSON; empty where `after` says it all. */
  readonly request: string;
  /** JSON; `null` where the thing was not there, empty where nothing is recorded. */
  readonly before: string;
  readonly after: string;
}

/** Where a change lies: item 0 is what the command is about, the next ones what else it changed. */
export interface AuditPlace {
  readonly topic: string;
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
  readonly item: number;
}

export interface AuditEntry extends AuditPlace, AuditChange {
  /** SHA-256 of the value of the record, in hexadecimal; empty for a record without one. */
  readonly valueHash: string;
}

/** What others say and no UTF-8 may be able to hold. */
const texts = [
  'actor',
  'requestId',
  'command',
  'subjectKind',
  'subjectId',
  'refusal',
  'request',
  'before',
  'after',
] as const;

/** An entry in the chain of its partition. */
export interface ChainedEntry extends AuditEntry {
  /** Hash of the entry before it in the partition, empty for the first. */
  readonly previousHash: string;
  readonly hash: string;
}

/**
 * The entry as bytes that anybody can make again: each field as text in UTF-8, written as its length in bytes, a colon,
 * the text and a comma, one after the other in this order. Numbers are in decimal.
 */
function canonicalEntry(entry: AuditEntry, previousHash: string): string {
  const fields = [
    previousHash,
    entry.topic,
    String(entry.generation),
    String(entry.partition),
    String(entry.offset),
    String(entry.item),
    entry.valueHash,
    String(entry.atMs),
    entry.actor,
    entry.requestId,
    entry.command,
    entry.subjectKind,
    entry.subjectId,
    entry.outcome,
    entry.refusal,
    entry.request,
    entry.before,
    entry.after,
  ];
  // One text and one turn of the hash: every write to a run comes by here.
  let canonical = '';
  for (const field of fields) canonical += `${Buffer.byteLength(field)}:${field},`;
  return canonical;
}

/** SHA-256 of the canonical form, in hexadecimal. */
export function hashOfEntry(entry: AuditEntry, previousHash: string): string {
  return createHash('sha256').update(canonicalEntry(entry, previousHash), 'utf8').digest('hex');
}

export function hashOfValue(value: Uint8Array | null): string {
  return value === null ? '' : createHash('sha256').update(value).digest('hex');
}

/** Joins the entry to the chain; what no UTF-8 can hold is replaced first, so that it is stored as it was hashed. */
export function chainEntry(entry: AuditEntry, previousHash: string): ChainedEntry {
  const stored = texts.every((name) => entry[name].isWellFormed()) ? entry : wellFormed(entry);
  return { ...stored, previousHash, hash: hashOfEntry(stored, previousHash) };
}

function wellFormed(entry: AuditEntry): AuditEntry {
  return { ...entry, ...Object.fromEntries(texts.map((name) => [name, entry[name].toWellFormed()])) };
}
