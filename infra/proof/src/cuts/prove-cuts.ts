import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parcelDefinitions } from '../foreign-source/parcel-definitions.ts';
import { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { plantMismatch } from './plant-mismatch.ts';
import { writeSqlOfVectors } from './sql-of-vectors.ts';

export interface CutsSize {
  readonly events: number;
  readonly partitions: number;
}

interface Verdict {
  readonly records: number;
  readonly events: number;
  readonly vectors: number;
  readonly eventsWithoutVector: number;
  readonly sqlRows: number;
  readonly equalTimes: number;
  readonly differing: number;
  /** Of these, rows that differ in the view on the source's own key: by events that came late to their own partition. */
  readonly differingOwn: number;
  readonly lateRows: number;
  readonly beyondCut: number;
  readonly atCuts: Findings;
  readonly sqlAtCuts: Findings;
  readonly sqlInHindsight: Findings;
  readonly differWithoutLateEvent: Findings;
}

interface Findings {
  readonly count: number;
  readonly first: readonly unknown[];
}

/** What is served, what SQL says at the same cuts, and what SQL says in hindsight, on every row of a hostile stream. */
export async function proveCuts(report: ProofReport, size: CutsSize): Promise<void> {
  await using platform = await ProofPlatform.start(report, ['features'], {
    MILLRACE_FEATURES_PARITY_INTERVAL_MS: '1000',
    MILLRACE_FEATURES_HISTORY_WAIT_MS: '200',
  });
  const topic = `parcel-scans-${randomUUID().slice(0, 8)}`;
  const produce = (first: number, count: number): Promise<unknown> =>
    platform.python('produce_parcels.py', {
      topic,
      partitions: size.partitions,
      count,
      first,
      seed: 23,
      perSecond: 0,
      population: Math.ceil(size.events / 60),
      repeats: 0.05,
    });
  await produce(0, 50);
  await platform.http.post('/api/v1/definitions', parcelDefinitions(topic));
  report.say(`producing ${size.events} scans while they are being read`);
  const sent = (await produce(50, size.events - 50)) as { repeated: number };
  await platform.drained('parcels', topic);
  const vectors = await platform.records(platform.topic('features.vectors'));
  const logs: readonly (readonly [table: string, topic: string])[] = [
    ['source_parcels', topic],
    ['rekeyed_events', platform.topic('features.by-depot_load')],
    ['feature_vectors', platform.topic('features.vectors')],
  ];
  for (const [table, log] of logs) {
    const records = await platform.records(log);
    await platform.until(`${table} to be stored`, 300_000, async () => (await stored(platform, table)) >= records);
  }
  const service = (await platform.http.get('/api/v1/feature-services/parcel_risk')) as {
    featureNames: string[];
    types: string[];
  };

  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-proof-'));
  try {
    const sql = path.join(folder, 'sql.jsonl');
    report.say('recomputing every vector in SQL, at its cuts and in hindsight');
    await writeSqlOfVectors(platform, 'parcel_risk@1', sql);
    const { featureNames: names, types } = service;
    const verdict = (await platform.python('verify_cuts.py', {
      topic,
      featureService: 'parcel_risk',
      names,
      types,
      sql,
    })) as Verdict;
    judge(report, verdict, { events: size.events, repeated: sent.repeated });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await produce(size.events, 1);
  await platform.until('the last vector to be stored', 60_000, async () => {
    return (await stored(platform, 'feature_vectors')) > vectors;
  });
  await plantMismatch(platform, { report, feature: 'scans_1d', slot: 1 });
}

async function stored({ clickhouse }: ProofPlatform, table: string): Promise<number> {
  // The service makes the table of a source when it begins to store it.
  const made = await clickhouse.queryOne<{ result: number }>(`EXISTS TABLE ${clickhouse.qualified(table)}`);
  if (made?.result !== 1) return 0;
  const row = await clickhouse.queryOne<{ n: number }>(`SELECT count() AS n FROM ${clickhouse.qualified(table)}`);
  return row?.n ?? 0;
}

function judge(
  report: ProofReport,
  verdict: Verdict,
  sent: { readonly events: number; readonly repeated: number },
): void {
  const none = (findings: Findings, claim: string, detail = ''): void =>
    report.check(
      findings.count === 0,
      claim,
      findings.count === 0 ? detail : `${findings.count} rows: ${JSON.stringify(findings.first)}`,
    );
  report.equal(verdict.events, sent.events, 'scans in the topic');
  report.check(
    verdict.records > verdict.events && sent.repeated > 0,
    'with repeats and equal times among them',
    `${verdict.records - verdict.events} repeats, ${verdict.equalTimes} of a time that another scan has`,
  );
  report.equal(verdict.vectors, sent.events, 'vectors, one a scan and none for a repeat');
  report.equal(verdict.eventsWithoutVector, 0, 'scans without a vector');
  report.equal(verdict.sqlRows, verdict.vectors, 'vectors recomputed by SQL');
  none(
    verdict.sqlAtCuts,
    'every vector as served equals the SQL at its cuts',
    `${verdict.beyondCut} count beyond the cut`,
  );
  none(verdict.atCuts, 'and the recomputation in Python at its cuts');
  none(verdict.sqlInHindsight, 'the SQL in hindsight equals the recomputation with every event');
  none(
    verdict.differWithoutLateEvent,
    'hindsight differs only where a window held an event that came late',
    `${verdict.differing} rows differ, ${verdict.lateRows} held one`,
  );
  const { differing, differingOwn, vectors } = verdict;
  report.check(
    differingOwn > 0 && differingOwn < vectors / 2,
    'and there it does differ, on few rows where the partition itself is the log',
    `${differingOwn} rows of ${vectors}, ${differing} with the rekeyed view`,
  );
}
