import { featureNames } from './definitions.ts';
import type { DemoNames } from './demo-names.ts';
import { dayStartMs } from './demo-profile.ts';
import type { DemoProfile } from './demo-profile.ts';
import { waitUntil } from './platform-api.ts';
import type { EndpointStatus, PlatformApi } from './platform-api.ts';

const READY_TIMEOUT_MS = 60_000;

/** An endpoint that scores with the champion, and a monitor that watches it; resolves when it scores. */
export async function openEndpoint(
  api: PlatformApi,
  {
    names,
    profile,
    champion,
    signal,
  }: { names: DemoNames; profile: DemoProfile; champion: string; signal: AbortSignal },
): Promise<string> {
  await api.createEndpoint({
    name: names.endpoint,
    featureService: names.featureService,
    model: { name: names.model, target: 'alias:champion' },
  });
  await api.createMonitor(demoMonitor(names, profile));
  const wait = { what: `endpoint ${names.endpoint} to score`, timeoutMs: READY_TIMEOUT_MS, everyMs: 100, signal };
  return waitUntil(wait, async () => scoringVersion(await api.endpoint(names.endpoint), champion));
}

/** Null while it may still come. What was refused before tells nothing of the champion, and an active version scores anyway. */
export function scoringVersion({ state, active, lastRefusal }: EndpointStatus, champion: string): string | null {
  if (state === 'active' && active !== null) return active.version;
  if (lastRefusal?.version !== champion) return null;
  throw new Error(
    `version ${champion} is champion and was refused: ${lastRefusal.reason}. Take the alias away or promote another version (npm run millrace -- promote --help), then start again`,
  );
}

/** A window a day, against the vectors that the model learned from. */
function demoMonitor(names: DemoNames, { simulator, trainFromDay, trainToDay }: DemoProfile): object {
  return {
    endpoint: names.endpoint,
    window: { type: 'time', length: '1d' },
    reference: {
      type: 'vectors',
      featureService: names.featureService,
      version: 1,
      from: new Date(dayStartMs(simulator, trainFromDay)).toISOString(),
      to: new Date(dayStartMs(simulator, trainToDay)).toISOString(),
    },
    rules: [
      // The distance is asked for as well: among 20 features of 700 payments one has p < 0.05 on most days. And a window of one day is
      // either a weekend or not, which is no drift.
      { rule: 'ks-p-value', below: 0.05, minStatistic: 0.1, features: watchedFeatures(names) },
      { rule: 'accuracy-drop', above: 0.05 },
      { rule: 'latency-p95', aboveMs: 100 },
      { rule: 'error-rate', above: 0.01 },
    ],
  };
}

function watchedFeatures(names: DemoNames): string[] {
  return [...featureNames(names).filter((name) => name !== 'is_weekend'), 'score'];
}
