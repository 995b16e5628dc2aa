import { EventLedger, noDefinitions, parseDefinitions } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { featuresDomain } from './definitions-domain.ts';
import { judgeCandidates, type KnownBefore } from './judge-candidates.ts';
import { readCandidate, type Candidate } from './read-candidates.ts';
import { blueprintsOf, type SourceBlueprint } from './source-blueprint.ts';

const perHour = (name: string) => [{ name, aggregation: 'count', window: '1h' }];
const parsed = parseDefinitions(
  [
    {
      kind: 'source',
      name: 'rides',
      topic: 'rides',
      eventTime: { column: 'at', unit: 'ms' },
      allowedLateness: '0s',
      columns: { rider: 'string', driver: 'string', at: 'timestamp' },
    },
    { kind: 'entity', name: 'rider', key: 'rider', type: 'string' },
    { kind: 'entity', name: 'driver', key: 'driver', type: 'string' },
    { kind: 'feature-view', name: 'by_rider', entity: 'rider', source: 'rides', features: perHour('rides') },
    { kind: 'feature-view', name: 'by_driver', entity: 'driver', source: 'rides', features: perHour('drives') },
    { kind: 'feature-service', name: 'both', source: 'rides', views: ['by_rider', 'by_driver'] },
  ],
  noDefinitions,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const [blueprint] = blueprintsOf({ ...featuresDomain.initial(), definitions: parsed.definitions }) as [SourceBlueprint];

/** An eighth of the window is what a rekeyed view allows for on top of the declared lateness. */
const slackMs = 450_000;
const noonMs = 1_700_000_000_000;

function ride(rider: string | null, driver: string | null, at: number, offset = 0): Candidate {
  const record = { topic: 'rides', partition: 0, offset, timestampMs: at, key: null, value: null, headers: {} };
  const rules = { place: () => 0, maxBytes: 1 };
  const candidate = readCandidate(blueprint, record, { row: { rider, driver, at }, rules });
  if ('invalid' in candidate) throw new Error(candidate.message);
  return candidate;
}

const nothingKnown: KnownBefore = {
  ledgerOf: () => EventLedger.empty(),
  newestMs: () => Number.NEGATIVE_INFINITY,
  wasSent: () => false,
};
const knownAtNoon: KnownBefore = { ...nothingKnown, newestMs: () => noonMs };
const reasons = (candidates: readonly Candidate[], known: KnownBefore) =>
  judgeCandidates(blueprint, candidates, known).poison.map(({ reason, record }) => [reason, record.offset]);

test('an event of a source without a key is refused when it is too late for every view', () => {
  expect(reasons([ride('r', 'd', noonMs - slackMs - 1, 7)], knownAtNoon)).toEqual([['too-late', 7]]);
  expect(reasons([ride('r', 'd', noonMs - slackMs)], knownAtNoon)).toEqual([]);
});

test('an event that one view still takes is an event', () => {
  const known = { ...nothingKnown, newestMs: (_: unknown, entity: string) => (entity === 'd' ? noonMs : -Infinity) };
  expect(reasons([ride('r', 'd', noonMs - slackMs - 1)], known)).toEqual([]);
  expect(reasons([ride(null, 'd', noonMs - slackMs - 1)], known)).toEqual([['too-late', 0]]);
});

test('events of one batch are judged by those before them, by entity', () => {
  const late = noonMs - slackMs - 1;
  const batch = [ride('r', 'd', noonMs, 1), ride('r', 'd', late, 2), ride('other', 'one', late, 3)];
  expect(reasons(batch, nothingKnown)).toEqual([['too-late', 2]]);
});

test('an event that was sent to a view before a restart is not refused after it', () => {
  const known = {
    ...knownAtNoon,
    wasSent: (_: unknown, entity: string, offset: number) => entity === 'd' && offset <= 7,
  };
  expect(reasons([ride('r', 'd', noonMs - slackMs - 1, 7), ride('r', 'd', noonMs - slackMs - 1, 8)], known)).toEqual([
    ['too-late', 8],
  ]);
});
