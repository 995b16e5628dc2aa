import { table } from '../table.ts';
import type { AuditOutcome, ChainedEntry } from './audit-entry.ts';

const WORD = 'LowCardinality(String)';

/** `audit_entries`: every command of tracking and registry, chained by partition of its log. */
export const auditEntriesTable = table<ChainedEntry>('audit_entries', {
  source_topic: { type: WORD, of: (e) => e.topic },
  generation: { type: 'UInt32', of: (e) => e.generation },
  source_partition: { type: 'UInt32', of: (e) => e.partition },
  source_offset: { type: 'UInt64', of: (e) => e.offset },
  item: { type: 'UInt32', of: (e) => e.item },
  recorded_ms: { type: 'Int64', of: (e) => e.atMs },
  actor: { type: 'String', of: (e) => e.actor },
  request_id: { type: 'String', of: (e) => e.requestId },
  command: { type: WORD, of: (e) => e.command },
  subject_kind: { type: WORD, of: (e) => e.subjectKind },
  subject_id: { type: 'String', of: (e) => e.subjectId },
  outcome: { type: WORD, of: (e) => e.outcome },
  refusal: { type: 'String', of: (e) => e.refusal },
  request: { type: 'String', of: (e) => e.request },
  before: { type: 'String', of: (e) => e.before },
  after: { type: 'String', of: (e) => e.after },
  value_hash: { type: 'String', of: (e) => e.valueHash },
  previous_hash: { type: 'String', of: (e) => e.previousHash },
  hash: { type: 'String', of: (e) => e.hash },
});

export interface AuditRow {
  readonly source_topic: string;
  readonly generation: number;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly item: number;
  readonly recorded_ms: number;
  readonly actor: string;
  readonly request_id: string;
  readonly command: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly outcome: AuditOutcome;
  readonly refusal: string;
  readonly request: string;
  readonly before: string;
  readonly after: string;
  readonly value_hash: string;
  readonly previous_hash: string;
  readonly hash: string;
}

export function entryOfRow(row: AuditRow): ChainedEntry {
  return {
    topic: row.source_topic,
    generation: row.generation,
    partition: row.source_partition,
    offset: row.source_offset,
    item: row.item,
    atMs: row.recorded_ms,
    actor: row.actor,
    requestId: row.request_id,
    command: row.command,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    outcome: row.outcome,
    refusal: row.refusal,
    request: row.request,
    before: row.before,
    after: row.after,
    valueHash: row.value_hash,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
