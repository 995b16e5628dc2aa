import type { DecodeResult, Poison, SourceRecord } from '@millrace/events';
import type { Row } from '@millrace/feature-engine';
import { readCandidate, type RecordRules } from './read-candidates.ts';
import type { SourceBlueprint } from './source-blueprint.ts';

export interface Burials {
  /** Offset before which records were dead-lettered already, as far as they were refused then. */
  readonly from: number;
  readonly decodedOf: (record: SourceRecord) => DecodeResult<Row> | undefined;
  readonly rules: RecordRules;
}

/** Leaves out what an older build, or this one before it lost its states, has dead-lettered. */
export function buryOnce(
  { predecessor }: SourceBlueprint,
  poison: readonly Poison[],
  { from, decodedOf, rules }: Burials,
): readonly Poison[] {
  return poison.filter(({ record, reason }) => {
    if (record.offset >= from) return true;
    const row = decodedOf(record);
    // An older build has fewer views, so it called late whatever this one does.
    if (predecessor === null || reason === 'too-late' || !row?.ok) return false;
    return !('invalid' in readCandidate(predecessor, record, { row: row.value, rules }));
  });
}
