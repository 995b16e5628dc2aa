import { table } from '@millrace/clickhouse';
import type { RunFact } from '../../flow/runs/run-facts.ts';

/** Ranks first, so that the fact that counts is the greatest. Readers name the places in `winnerPlaces`. */
const winnerType = 'Tuple(Int64, Int64, Float64, String, Bool, Int64, Int64, String, String, String, String)';

/** Places in the tuple, counted from one as SQL does. */
export const winnerPlaces = {
  rank1: 1,
  rank2: 2,
  rank3: 3,
  text: 4,
  removed: 5,
  offset: 6,
  recordedAtMs: 7,
  modelId: 8,
  runId: 9,
  datasetName: 10,
  datasetDigest: 11,
} as const;

export const runLatestTable = table<RunFact>('run_latest', {
  experiment_id: { type: 'LowCardinality(String)', of: (fact) => fact.experimentId },
  subject: { type: 'LowCardinality(String)', of: (fact) => fact.subject },
  kind: { type: 'LowCardinality(String)', of: (fact) => fact.kind },
  key: { type: 'String', of: (fact) => fact.key },
  id: { type: 'String', of: (fact) => fact.id },
  winner: { type: winnerType, of: winnerOf },
});

function winnerOf(fact: RunFact): unknown[] {
  const text = fact.kind === 'model-output' ? String(fact.step) : fact.text;
  return [
    ...rankOf(fact),
    text,
    fact.removed,
    fact.offset,
    fact.recordedAtMs,
    fact.modelId,
    fact.runId,
    fact.datasetName,
    fact.datasetDigest,
  ];
}

/** The fact of the greatest rank counts. */
export function rankOf(fact: RunFact): [number, number, number] {
  switch (fact.kind) {
    case 'metric':
      // The latest point: highest step, then time, then value. No value is infinite, so that NaN can be the least.
      return [fact.step, fact.timestampMs, Number.isNaN(fact.number) ? Number.NEGATIVE_INFINITY : fact.number];
    case 'attribute':
    case 'tag':
      return [fact.offset, fact.item, 0];
    default:
      // The first one stays.
      return [0 - fact.offset, 0 - fact.item, 0];
  }
}
