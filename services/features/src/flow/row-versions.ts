import type { Retracted, StateWrite } from '@millrace/feature-engine';
import type { Candidate } from './read-candidates.ts';
import type { SourceBlueprint, ViewLog } from './source-blueprint.ts';

/** What the views have of one row of a table, until the row's next change takes it back. */
export interface RowVersion {
  readonly timeMs: number;
  readonly offset: number;
  /** By view that is keyed otherwise than the source: the key that the row had for it. */
  readonly entities: Readonly<Record<string, string>>;
}

/** Which row a change is of, as the name of a state; null for an event that stands for itself. */
export function rowKey({ event }: Candidate): string | null {
  return event.change === undefined ? null : `#c|${event.change.key}`;
}

/** The last version of a row, as the owner of its partition keeps it: one small value a row of the table that is not deleted. */
export class KeptRow {
  version: RowVersion | null;

  constructor(version: RowVersion | null) {
    this.version = version;
  }

  static decode(bytes: Buffer | null): KeptRow {
    return new KeptRow(bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as RowVersion));
  }

  writes(): readonly StateWrite[] {
    return [{ suffix: '', bytes: this.version === null ? null : Buffer.from(JSON.stringify(this.version)) }];
  }
}

/**
 * In log order: each change with the version that it ends. A deletion of a row that is not there ends nothing and changes
 * nothing; an update of one begins it.
 */
export function withEnded(
  { rekeyedViews }: SourceBlueprint,
  candidates: readonly Candidate[],
  rowOf: (key: string) => KeptRow,
): Candidate[] {
  return candidates.map((candidate) => {
    const key = rowKey(candidate);
    if (key === null) return candidate;
    const row = rowOf(key);
    const ended = row.version;
    row.version = candidate.event.change?.op === 'delete' ? null : versionOf(rekeyedViews, candidate);
    return ended === null ? candidate : { ...candidate, ended };
  });
}

function versionOf(views: readonly ViewLog[], { record, event, rekeyed }: Candidate): RowVersion {
  const entities = views.flatMap(({ view }, j): [string, string][] => {
    const entity = rekeyed[j]?.entity;
    return entity === undefined ? [] : [[view.id, entity]];
  });
  return { timeMs: event.eventTimeMs, offset: record.offset, entities: Object.fromEntries(entities) };
}

/** What the source's own views, whose log is the source, have to take back. */
export function retractedOf({ timeMs, offset }: RowVersion): Retracted {
  return { timeMs, origin: offset };
}
