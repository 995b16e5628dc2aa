import { randomUUID } from 'node:crypto';
import { ScoringClient, SourceProducer } from '@millrace/client';
import { topics, type Cut, type FeatureVector } from '@millrace/schemas';
import { seededRandom } from '../payments/random.ts';
import { openEndpoint } from '../run/open-endpoint.ts';
import { PredictionLedger } from '../run/prediction-ledger.ts';
import type { ProofPlatform } from '../run/proof-platform.ts';
import { ReadOn } from '../run/read-on.ts';
import { randomRides, rideDefinitions, rideSchema, type Ride } from './rides.ts';

export interface CandidateSize {
  /** Rides that lie in the windows before the first candidate. */
  readonly history: number;
  /** Candidates; each is scored on request and streamed next. */
  readonly candidates: number;
}

interface Evaluated {
  readonly vectors: readonly { readonly numbers: readonly (number | null)[]; readonly cuts: readonly Cut[] }[];
}

const model = 'ride-risk';

/** What a candidate event is told on request is what it gets when it is streamed next: every feature and the score. */
export async function proveCandidate(platform: ProofPlatform, size: CandidateSize): Promise<void> {
  const { bus, http, report } = platform;
  const gatewayUrl = platform.services.url('gateway');
  const topic = `rides-${randomUUID().slice(0, 8)}`;
  const spec = { name: topic, schema: null, key: 'rider', partitions: 4, retentionMs: -1, cleanup: 'delete' } as const;
  await bus.topics.ensureExact([{ ...spec, maxMessageBytes: 1_048_576 }]);
  await bus.codec.writer(`${topic}-value`, rideSchema);
  await http.post('/api/v1/definitions', rideDefinitions(topic));
  const producer = await SourceProducer.connect<Ride>(bus, { gatewayUrl, source: 'rides' });
  const rides = randomRides(seededRandom(17));
  const take = (count: number): Ride[] => Array.from({ length: count }, () => rides.next().value);
  const vectors = new Map<string, FeatureVector>();
  const log = new ReadOn<FeatureVector>(
    bus,
    platform.topic('features.vectors'),
    bus.readerFor(topics['features.vectors']),
  );
  const arrived = async (wanted: readonly Ride[]): Promise<void> => {
    await platform.until('vectors of rides', 120_000, async () => {
      for (const vector of await log.next()) vectors.set(vector.sourceEventId ?? '', vector);
      return wanted.every(({ ride_id }) => vectors.has(ride_id));
    });
  };

  const history = take(size.history);
  await producer.send(history);
  await arrived(history);
  const { featureNames: names } = (await http.get('/api/v1/feature-services/ride_risk')) as { featureNames: string[] };
  report.say('training, registering and promoting a model');
  await platform.python('train_on_vectors.py', {
    gateway: gatewayUrl,
    featureService: 'ride_risk',
    model,
    names,
    rows: size.history,
  });
  await openEndpoint(platform, { name: 'rides', featureService: 'ride_risk', model, startFrom: 'now' });

  const scoring = new ScoringClient({ gatewayUrl, endpoint: 'rides' });
  const settled = new Settled(vectors, history);
  const told = new Map<string, { numbers: readonly number[]; scored: readonly number[]; score: number | null }>();
  while (told.size < size.candidates) {
    const round = independent(take(Math.min(40, size.candidates - told.size)));
    let evaluated: Evaluated = { vectors: [] };
    // On request the state in the store counts: it follows the vectors by a moment.
    await platform.until('the state of what was streamed', 60_000, async () => {
      evaluated = (await http.post('/api/v1/feature-services/ride_risk/candidate', { events: round })) as Evaluated;
      return round.every((ride, i) => settled.includes(ride, evaluated.vectors[i]?.cuts ?? []));
    });
    const scores = await scoring.scoreEvents(round.map((ride) => ({ ...ride })));
    round.forEach(({ ride_id }, i) => {
      const { features = {}, score = null } = scores[i] ?? {};
      told.set(ride_id, {
        numbers: numbersOf(evaluated.vectors[i]?.numbers ?? []),
        scored: numbersOf(names.map((name) => features[name] ?? null)),
        score,
      });
    });
    await producer.send(round);
    await arrived(round);
    settled.add(round);
  }

  const ledger = new PredictionLedger(bus);
  await platform.until('predictions of the candidates', 120_000, async () => {
    await ledger.readOn();
    return [...told.keys()].every((id) => ledger.get(id) !== undefined);
  });
  const differ = { evaluated: [] as string[], scored: [] as string[], scores: [] as string[] };
  for (const [id, { numbers, scored, score }] of told) {
    const streamed = vectors.get(id)?.numbers ?? [];
    if (!same(numbers, streamed)) differ.evaluated.push(id);
    if (!same(scored, streamed)) differ.scored.push(id);
    const prediction = ledger.get(id);
    if (score === null || typeof prediction?.score !== 'number' || Math.abs(score - prediction.score) > 1e-9)
      differ.scores.push(id);
  }
  const count = told.size;
  const none = (ids: readonly string[], claim: string): void =>
    report.check(
      ids.length === 0,
      claim,
      ids.length === 0 ? '' : `${ids.length} differ: ${ids.slice(0, 5).join(', ')}`,
    );
  report.equal(count, size.candidates, 'candidates evaluated, scored and then streamed');
  none(
    differ.evaluated,
    `the candidate's features on request equal its vector in the stream (${names.length} features, 1e-9)`,
  );
  none(differ.scored, 'the features of its REST score equal them too');
  none(differ.scores, 'the REST score equals the prediction in the stream (1e-9)');
  report.equal(ledger.doubled, 0, 'events with a second prediction');
  const distinct = new Set([...told.values()].map(({ score }) => score)).size;
  report.check(distinct > Math.min(20, count / 4), 'the model tells candidates apart', `${distinct} different scores`);
}

/** Candidates of one request do not see one another: only those are kept that share no rider and no zone. */
function independent(rides: readonly Ride[]): Ride[] {
  const [seenRiders, seenZones] = [new Set<string>(), new Set<number>()];
  return rides.filter(({ rider, zone }) => {
    const alone = !seenRiders.has(rider) && !seenZones.has(zone);
    seenRiders.add(rider);
    seenZones.add(zone);
    return alone;
  });
}

/** Where the newest event of each rider and zone lies, as its vector's cuts said. */
class Settled {
  readonly #vectors: ReadonlyMap<string, FeatureVector>;
  readonly #positions = new Map<string, number>();

  constructor(vectors: ReadonlyMap<string, FeatureVector>, rides: readonly Ride[]) {
    this.#vectors = vectors;
    this.add(rides);
  }

  add(rides: readonly Ride[]): void {
    for (const { ride_id, rider, zone } of rides) {
      const [own, other] = this.#vectors.get(ride_id)?.cuts ?? [];
      for (const [key, cut] of [
        [rider, own],
        [zone, other],
      ] as const) {
        const name = String(key);
        this.#positions.set(name, Math.max(this.#positions.get(name) ?? -1, cut?.ownOffset ?? -1));
      }
    }
  }

  includes({ rider, zone }: Ride, [own, other]: readonly Cut[]): boolean {
    const reached = (key: string, cut: Cut | undefined): boolean =>
      (cut?.offset ?? -1) >= (this.#positions.get(key) ?? -1);
    return reached(rider, own) && reached(String(zone), other);
  }
}

function numbersOf(values: readonly (number | string | null)[]): number[] {
  return values.map((value) => (value === null ? Number.NaN : Number(value)));
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => agree(value, b[i] ?? Number.NaN));
}

function agree(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}
