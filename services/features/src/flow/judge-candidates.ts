import { crc32 } from 'node:zlib';
import type { Poison } from '@millrace/events';
import type { EventLedger } from './event-ledger.ts';
import type { Candidate } from './read-candidates.ts';
import type { SourceBlueprint } from './source-blueprint.ts';

export interface Judged {
  readonly accepted: readonly Candidate[];
  readonly repeats: number;
  readonly poison: readonly Poison[];
}

const unkeyedLedgers = 1_024;

/**
 * Which ledger an event belongs to: its entity's, or for a source that is not keyed one of a fixed number by id. Null when
 * there is nothing to remember.
 */
export function ledgerKey({ event }: Candidate): string | null {
  if (event.entity !== null) return `#|${event.entity}`;
  return event.id === null ? null : `#~${crc32(event.id) % unkeyedLedgers}`;
}

/** In log order: repeats vanish, events too old for every view are refused, all else is recorded. */
export function judgeCandidates(
  { source, allowedLatenessMs }: SourceBlueprint,
  candidates: readonly Candidate[],
  ledgerOf: (key: string) => EventLedger,
): Judged {
  const accepted: Candidate[] = [];
  const poison: Poison[] = [];
  let repeats = 0;
  for (const candidate of candidates) {
    const key = ledgerKey(candidate);
    const ledger = key === null ? null : ledgerOf(key);
    const verdict = ledger?.judge(candidate.event, allowedLatenessMs) ?? 'accept';
    // Ledgers of sources without a key mix entities, whose times say nothing about each other.
    if (verdict === 'repeat') {
      repeats += 1;
    } else if (verdict === 'too-late' && candidate.event.entity !== null) {
      poison.push({ record: candidate.record, reason: 'too-late', message: tooLate(candidate, ledger, source.name) });
    } else {
      ledger?.record(candidate.event, allowedLatenessMs);
      accepted.push(candidate);
    }
  }
  return { accepted, repeats, poison };
}

function tooLate({ event }: Candidate, ledger: EventLedger | null, source: string): string {
  const newest = new Date(ledger?.newestMs ?? 0).toISOString();
  return `event time ${new Date(event.eventTimeMs).toISOString()} is older than the newest event of "${event.entity}" (${newest}) by more than source "${source}" and its views allow`;
}
