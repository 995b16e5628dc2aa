import { auditOutcomes, chainBreaks, type ChainedEntry, type VerifiedPage } from '@millrace/clickhouse';
import { z } from 'zod';

const position = z.object({
  topic: z.string(),
  generation: z.number(),
  partition: z.number(),
  offset: z.number(),
  item: z.number().describe('0: what the command is about; 1 and more: what else it changed'),
});
export const auditEntry = z.object({
  at: z.iso.datetime(),
  actor: z.string(),
  requestId: z.string().nullable(),
  command: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  outcome: z.enum(auditOutcomes),
  refusal: z.string().nullable(),
  request: z.unknown().describe('The command; absent where after says it all'),
  before: z.unknown().describe('Null when it was not there, absent when it is not recorded'),
  after: z.unknown(),
  position,
  hash: z.string(),
});
export const auditPage = z.object({ entries: z.array(auditEntry), nextPageToken: z.string().optional() });

const verifiedPartition = z.object({
  topic: z.string(),
  partition: z.number(),
  generation: z.number(),
  entries: z.number(),
  chainOnly: z
    .number()
    .describe('Entries whose record has left the log: their chain was checked, their record could not be'),
  end: z.number().describe('Everything below this offset is in the trail'),
  behind: z.number().describe('Records that are not in the trail yet'),
  head: z
    .string()
    .describe('Hash of the last entry: noted elsewhere it proves later that nothing before it was changed'),
  broken: z
    .object({
      kind: z.enum(chainBreaks),
      offset: z.number(),
      item: z.number(),
      expected: z.string(),
      found: z.string(),
    })
    .nullable(),
});
export const verification = z.object({
  ok: z.boolean(),
  partitions: z.array(verifiedPartition),
  next: z.string().nullable().describe('Cursor of the next call; null when everything was verified'),
});

const latestTimeMs = 8.64e15;

export function auditEntryJson(entry: ChainedEntry): z.infer<typeof auditEntry> {
  const { topic, generation, partition, offset, item } = entry;
  return {
    at: new Date(Math.min(latestTimeMs, Math.max(-latestTimeMs, entry.atMs))).toISOString(),
    actor: entry.actor,
    requestId: entry.requestId || null,
    command: entry.command,
    subject: { kind: entry.subjectKind, id: entry.subjectId },
    outcome: entry.outcome,
    refusal: entry.refusal || null,
    ...parsed('request', entry.request),
    ...parsed('before', entry.before),
    ...parsed('after', entry.after),
    position: { topic, generation, partition, offset, item },
    hash: entry.hash,
  } as z.infer<typeof auditEntry>;
}

export function verificationJson({ partitions, next }: VerifiedPage): z.infer<typeof verification> {
  return {
    ok: partitions.every(({ broken }) => broken === null),
    partitions: [...partitions],
    next: next === null ? null : Buffer.from(JSON.stringify(next)).toString('base64url'),
  };
}

/** A row that was tampered with may hold anything: it is shown as it is. */
function parsed(name: string, json: string): object {
  if (json === '') return {};
  try {
    return { [name]: JSON.parse(json) as unknown };
  } catch {
    return { [name]: json };
  }
}
