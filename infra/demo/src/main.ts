import { connect } from '@millrace/client';
import type { Environment } from '@millrace/client';
import { demoDefinitions } from './definitions.ts';
import { demoNames } from './demo-names.ts';
import { demoProfile } from './demo-profile.ts';
import type { DemoProfile, ProfileName } from './demo-profile.ts';
import { DemoStreams } from './demo-streams.ts';
import { LiveScores } from './live-scores.ts';
import { openEndpoint } from './open-endpoint.ts';
import { patient } from './patient.ts';
import { PlatformApi, waitUntil } from './platform-api.ts';
import { playLive } from './play-live.ts';
import { populate } from './simulator/population.ts';
import { streamHistory } from './stream-history.ts';
import { finalSummary } from './summary-lines.ts';
import { trainModel } from './train-model.ts';

export interface DemoOptions {
  /** Addresses of the platform, by the names that the services read. */
  readonly env: Environment;
  readonly profile: ProfileName;
  readonly signal: AbortSignal;
  readonly say?: (text: string) => void;
}

const LAST_SCORES_MS = 60_000;
const LAST_REPORTS_MS = 40_000;

/**
 * The whole story on a ready platform, through its public APIs only: define, stream the past in, train, promote, score live traffic,
 * learn the outcomes, and see the change. Played again it goes on where it was; played to the end it only tells what was seen.
 */
export async function playDemo({ env, profile: name, signal, say = sayElapsed() }: DemoOptions): Promise<void> {
  const profile = demoProfile(name);
  const population = populate(profile.simulator);
  await using platform = await connect({ env, clientId: 'millrace-demo' });
  const { bus, gatewayUrl: gateway } = platform;
  const names = demoNames(name, bus.config.topicPrefix);
  const patience = { signal, say };
  const api = new PlatformApi(gateway, patience);
  let scores: LiveScores | null = null;
  try {
    await patient(patience, () => DemoStreams.ensureTopics(bus, names));
    await api.apply(demoDefinitions(names));
    const streams = await patient(patience, () => DemoStreams.open(bus, names, { gateway, patience }));
    say(`streaming ${profile.historyDays} days of payments of ${profile.simulator.cardholders} cardholders`);
    await streamHistory({ bus, api, names, profile, population, streams, signal, say });

    let version = await api.aliasedVersion(names.model, 'champion');
    if (version === null) {
      say('training a model on the vectors that were served');
      const trained = await trainModel({ names, profile, population, gateway, env, signal });
      version = trained.version;
      say(
        `version ${version} is champion: AUC ${trained.auc?.toFixed(4) ?? 'unknown'} on later days, ${trained.rows} rows, ${trained.frauds} frauds`,
      );
    }
    version = await openEndpoint(api, { names, profile, champion: version, signal });
    say(
      `endpoint ${names.endpoint} scores with version ${version}; drift: ${gateway}/api/v1/drift/pages/${names.endpoint}`,
    );

    scores = new LiveScores(bus, names.endpoint);
    await scores.start();
    const sent = await playLive({
      api,
      endpoint: names.endpoint,
      profile,
      population,
      streams,
      scores,
      signal,
      say,
    });
    if (sent > 0) await whenAllIsScored(scores, sent, signal);
    const reports = await whenAllIsReported(api, { endpoint: names.endpoint, profile, signal });
    const alerts = await api.alerts(names.endpoint);
    say(finalSummary({ names, profile, gateway, version, sent, scores: sent > 0 ? scores : null, reports, alerts }));
  } finally {
    await scores?.stop();
  }
}

async function whenAllIsScored(scores: LiveScores, sent: number, signal: AbortSignal): Promise<void> {
  const wait = { what: 'the last scores', timeoutMs: LAST_SCORES_MS, everyMs: 200, signal };
  await waitUntil(wait, () => Promise.resolve(scores.scored >= sent ? true : null));
}

/** All closed windows are there and the outcomes of the first week are judged, or as many as come in a while: the page goes on filling. */
async function whenAllIsReported(
  api: PlatformApi,
  { endpoint, profile, signal }: { endpoint: string; profile: DemoProfile; signal: AbortSignal },
): Promise<Awaited<ReturnType<PlatformApi['reports']>>> {
  const closed = profile.liveDays - 1;
  const judged = profile.liveDays - profile.simulator.labelDelayDays - 1;
  const deadline = Date.now() + LAST_REPORTS_MS;
  return waitUntil({ what: 'the reports', timeoutMs: LAST_REPORTS_MS * 2, everyMs: 500, signal }, async () => {
    const reports = await api.reports(endpoint);
    const complete = reports.filter((report) => report.quality !== null && report.quality.rows >= report.rows * 0.99);
    return (reports.length >= closed && complete.length >= judged) || Date.now() > deadline ? reports : null;
  });
}

function sayElapsed(): (text: string) => void {
  const startedAt = performance.now();
  return (text) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds}s  ${text}\n`);
  };
}
