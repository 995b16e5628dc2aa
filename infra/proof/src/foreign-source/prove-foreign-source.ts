import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import type { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { openEndpoint } from '../run/open-endpoint.ts';
import { parcelDefinitions } from './parcel-definitions.ts';

export interface ForeignSourceSize {
  /** Scans that wait in the topic when the source is defined, and those that come afterwards. */
  readonly before: number;
  readonly after: number;
  readonly partitions: number;
}

interface Verdict {
  readonly events: number;
  readonly partitions: number;
  readonly vectors: number;
  readonly values: number;
  readonly beyondCut: number;
  readonly wrong: Findings;
  readonly predictions: number;
  readonly distinctScores: number;
  readonly wrongScores: Findings;
}

interface Findings {
  readonly count: number;
  readonly first: readonly unknown[];
}

const model = 'parcel-risk';

/** A Python producer's topic, defined by one request, becomes vectors and predictions: one each, and the right ones. */
export async function proveForeignSource(platform: ProofPlatform, size: ForeignSourceSize): Promise<void> {
  const { report } = platform;
  const topic = `parcel-scans-${randomUUID().slice(0, 8)}`;
  const produce = (first: number, count: number): Promise<unknown> =>
    platform.python('produce_parcels.py', {
      topic,
      partitions: size.partitions,
      count,
      first,
      seed: 11,
      perSecond: 0,
      repeats: 0,
      population: Math.ceil((size.before + size.after) / 12),
    });
  report.say(`producing ${size.before} scans from Python`);
  await produce(0, size.before);
  await platform.http.post('/api/v1/definitions', parcelDefinitions(topic));
  await platform.drained('parcels', topic);
  const service = (await platform.http.get('/api/v1/feature-services/parcel_risk')) as {
    featureNames: string[];
    types: string[];
  };
  report.say('training, registering and promoting a model');
  const gateway = platform.services.url('gateway');
  const trained = (await platform.python('train_on_vectors.py', {
    gateway,
    featureService: 'parcel_risk',
    model,
    names: service.featureNames,
    rows: size.before,
  })) as { version: string };
  await openEndpoint(platform, { name: 'parcels', featureService: 'parcel_risk', model, startFrom: 'beginning' });
  report.say(`producing ${size.after} more scans`);
  await produce(size.before, size.after);
  const total = size.before + size.after;
  await platform.drained('parcels', topic);
  const predictions = platform.topic('inference.predictions');
  await platform.until('every prediction', 300_000, async () => (await platform.records(predictions)) >= total);

  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-proof-'));
  try {
    const verdict = (await platform.python('verify_parcels.py', {
      gateway,
      topic,
      featureService: 'parcel_risk',
      names: service.featureNames,
      types: service.types,
      endpoint: 'parcels',
      model,
      version: trained.version,
      folder,
    })) as Verdict;
    judge(report, verdict, { total, size });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(
  report: ProofReport,
  verdict: Verdict,
  { total, size }: { readonly total: number; readonly size: ForeignSourceSize },
): void {
  report.equal(verdict.events, total, 'scans in the topic');
  report.equal(verdict.partitions, size.partitions, "partitions that the producer's own partitioner filled");
  report.equal(verdict.vectors, total, 'vectors, one a scan');
  report.check(
    verdict.wrong.count === 0,
    `each of ${verdict.values} feature values equals its recomputation in Python`,
    verdict.wrong.count === 0
      ? `${verdict.beyondCut} vectors counted events beyond the cut of the rekeyed view`
      : `${verdict.wrong.count} vectors differ: ${JSON.stringify(verdict.wrong.first)}`,
  );
  report.equal(verdict.predictions, total, 'predictions, one a vector');
  report.check(
    verdict.wrongScores.count === 0,
    'each score equals the same file scored offline in Python (1e-6)',
    verdict.wrongScores.count === 0
      ? `${verdict.distinctScores} different scores`
      : `${verdict.wrongScores.count} differ: ${JSON.stringify(verdict.wrongScores.first)}`,
  );
  report.check(
    verdict.distinctScores > 20,
    'the model tells events apart',
    `${verdict.distinctScores} different scores`,
  );
}
