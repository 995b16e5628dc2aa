import { crc32 } from 'node:zlib';
import type { Poison } from '@millrace/events';
import type { EventLedger } from '@millrace/feature-engine';
import type { Candidate } from './read-candidates.ts';
import type { SourceBlueprint, ViewLog } from './source-blueprint.ts';

export interface Judged {
  readonly accepted: readonly Candidate[];
  readonly repeats: number;
  readonly poison: readonly Poison[];
}

const unkeyedLedgers = 1_024;

/**
 * Which ledger an event belongs to: its entity's, or for a source that is not keyed one of a fixed number by id. Null when
 * there is nothing to remember: of a table's changes every one counts in its turn, none is a repeat or too late.
 */
export function ledgerKey({ event }: Candidate): string | null {
  if (event.change !== undefined) return null;
  if (event.entity !== null) return `#|${event.entity}`;
  return event.id === null ? null : `#~${crc32(event.id) % unkeyedLedgers}`;
}

/** What is known of the entities of a batch before anything of it counts. */
export interface KnownBefore {
  readonly ledgerOf: (key: string) => EventLedger;
  /** Newest event time of an entity in a rekeyed view, with what this partition has sent there. */
  readonly newestMs: (log: ViewLog, entity: string) => number;
  /** Whether an event of the entity lies in the log of a rekeyed view already: then it was accepted, before a restart. */
  readonly wasSent: (log: ViewLog, entity: string, sourceOffset: number) => boolean;
}

/** In log order: repeats vanish, events too old for every view are refused, all else is recorded. */
export function judgeCandidates(
  blueprint: SourceBlueprint,
  candidates: readonly Candidate[],
  known: KnownBefore,
): Judged {
  const { source, allowedLatenessMs } = blueprint;
  const accepted: Candidate[] = [];
  const poison: Poison[] = [];
  const views = new RekeyedLateness(blueprint, known);
  let repeats = 0;
  for (const candidate of candidates) {
    const key = ledgerKey(candidate);
    const ledger = key === null ? null : known.ledgerOf(key);
    const verdict = ledger?.judge(candidate.event, allowedLatenessMs) ?? 'accept';
    const late = candidate.event.entity === null ? views.refuse(candidate) : verdict === 'too-late';
    if (verdict === 'repeat') {
      ledger?.record(candidate.event, allowedLatenessMs);
      repeats += 1;
    } else if (late) {
      poison.push({ record: candidate.record, reason: 'too-late', message: tooLate(candidate, ledger, source.name) });
    } else {
      ledger?.record(candidate.event, allowedLatenessMs);
      views.record(candidate);
      accepted.push(candidate);
    }
  }
  return { accepted, repeats, poison };
}

/**
 * Judges the events of a source without a key of its own, whose ledgers mix entities that say nothing about each other:
 * too late is what every view that it has a key for would refuse.
 */
class RekeyedLateness {
  readonly #views: readonly ViewLog[];
  readonly #known: KnownBefore;
  /** By view and entity, as far as this batch has come. */
  readonly #newestMs = new Map<string, number>();

  constructor({ rekeyedViews }: SourceBlueprint, known: KnownBefore) {
    this.#views = rekeyedViews;
    this.#known = known;
  }

  refuse({ record, event, rekeyed }: Candidate): boolean {
    const wanted = this.#views.flatMap((log, j) => (rekeyed[j] ? [{ log, entity: rekeyed[j].entity }] : []));
    const refuses = ({ log, entity }: { log: ViewLog; entity: string }): boolean =>
      event.eventTimeMs < this.#newest(log, entity) - log.view.allowedLatenessMs &&
      !this.#known.wasSent(log, entity, record.offset);
    return wanted.length > 0 && wanted.every(refuses);
  }

  record({ event, rekeyed }: Candidate): void {
    if (event.entity !== null) return;
    this.#views.forEach((log, j) => {
      const entity = rekeyed[j]?.entity;
      if (entity === undefined) return;
      const newestMs = Math.max(event.eventTimeMs, this.#newest(log, entity));
      this.#newestMs.set(`${log.view.id}|${entity}`, newestMs);
    });
  }

  #newest(log: ViewLog, entity: string): number {
    return this.#newestMs.get(`${log.view.id}|${entity}`) ?? this.#known.newestMs(log, entity);
  }
}

function tooLate({ event }: Candidate, ledger: EventLedger | null, source: string): string {
  const eventTime = new Date(event.eventTimeMs).toISOString();
  if (event.entity === null || ledger === null)
    return `event time ${eventTime} is older than the newest event of each of its entities by more than the views of source "${source}" allow`;
  const newest = new Date(ledger.newestMs).toISOString();
  return `event time ${eventTime} is older than the newest event of "${event.entity}" (${newest}) by more than source "${source}" and its views allow`;
}
