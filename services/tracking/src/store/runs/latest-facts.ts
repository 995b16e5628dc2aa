import type { ByteReader } from '@millrace/clickhouse';
import type { FactKind, RunFact, Subject } from '../../flow/runs/run-facts.ts';
import { rankOf, winnerPlaces } from './run-latest-table.ts';

const places = Object.values(winnerPlaces)
  .map((place) => `tupleElement(winner, ${place})`)
  .join(', ');

/** Columns that `latestFact` reads. Until parts are merged there are several rows of one key. */
export const latestColumns = `kind, key, id, experiment_id, ${places}`;

/** Of rows in the order of the table, however many at a time: the one that counts of each key. */
export class StandingFacts {
  /** There may be more rows of its key to come. */
  #last: RunFact | undefined;

  /** The facts that are known to count with these rows. */
  add(rows: readonly RunFact[]): RunFact[] {
    const known: RunFact[] = [];
    for (const fact of rows) {
      const last = this.#last;
      if (last?.id === fact.id && last.key === fact.key && last.kind === fact.kind) {
        if (!outranks(fact, last)) continue;
      } else if (last !== undefined) {
        known.push(last);
      }
      this.#last = fact;
    }
    return known;
  }

  end(): RunFact[] {
    return this.#last === undefined ? [] : [this.#last];
  }
}

/** All facts that count, of rows in the order of the table. */
export function latestFacts(reader: ByteReader, subject: Subject): RunFact[] {
  const standing = new StandingFacts();
  const rows: RunFact[] = [];
  while (!reader.done) rows.push(latestFact(reader, subject, rows.at(-1)));
  return [...standing.add(rows), ...standing.end()];
}

function outranks(a: RunFact, b: RunFact): boolean {
  const ranks = rankOf(a);
  const others = rankOf(b);
  const at = ranks.findIndex((rank, index) => rank !== others[index]);
  return (ranks[at] ?? 0) > (others[at] ?? 0);
}

/** The row that follows `last`. */
export function latestFact(reader: ByteReader, subject: Subject, last: RunFact | undefined): RunFact {
  const kind = reader.stringOrSame(last?.kind ?? '') as FactKind;
  const key = reader.stringOrSame(last?.key ?? '');
  const id = reader.string();
  const experimentId = reader.stringOrSame(last?.experimentId ?? '');
  const rank1 = Number(reader.int64());
  const rank2 = Number(reader.int64());
  const rank3 = reader.float64();
  const text = reader.string();
  const removed = reader.byte() === 1;
  const isMetric = kind === 'metric';
  return {
    subject,
    id,
    experimentId,
    kind,
    key,
    text: kind === 'model-output' ? '' : text,
    number: rank3 === Number.NEGATIVE_INFINITY ? Number.NaN : rank3,
    step: isMetric ? rank1 : kind === 'model-output' ? Number(text) : 0,
    timestampMs: isMetric ? rank2 : 0,
    removed,
    // The item of a point is not kept: nothing asks for it once the newest is known.
    item: isMetric ? 0 : Math.abs(rank2),
    partition: 0,
    offset: Number(reader.int64()),
    recordedAtMs: Number(reader.int64()),
    modelId: reader.string(),
    runId: reader.string(),
    datasetName: reader.string(),
    datasetDigest: reader.string(),
    actor: '',
  };
}
