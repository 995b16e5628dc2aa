import { runMlflowBed, runServices, testNamespace, type StackServers } from '@millrace/testing';
import { seededRandom } from '../payments/random.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { fillWithRuns } from './fill-with-runs.ts';
import { killWhile } from './kill-while.ts';
import { MlflowCalls } from './mlflow-calls.ts';
import { pageThroughAll } from './page-through-all.ts';
import { RunWriter } from './run-writer.ts';
import { verifyAudit } from './verify-audit.ts';
import { verifyRuns } from './verify-runs.ts';
import { verifyVersions } from './verify-versions.ts';
import { VersionWriter } from './version-writer.ts';

export interface RunsSize {
  readonly report: ProofReport;
  /** Of a stack that nobody else uses: its servers are killed. */
  readonly servers: StackServers;
  /** How long things are killed under load; 0 leaves this part out. */
  readonly loadSeconds: number;
  /** Runs of 20 params and 20 metrics that are paged through; 0 leaves this part out. */
  readonly manyRuns: number;
  readonly seed: number;
}

const writersOfRuns = 8;
const writersOfVersions = 2;

export async function proveRuns(size: RunsSize): Promise<void> {
  if (size.loadSeconds > 0) await proveNothingIsLost(size);
  if (size.manyRuns > 0) await proveManyRuns(size);
}

async function proveNothingIsLost({ report, servers, loadSeconds, seed }: RunsSize): Promise<void> {
  report.say('starting two of tracking, two of registry, and the gateway');
  await using bed = await runMlflowBed(testNamespace(servers.addresses), 2);
  const calls = new MlflowCalls(bed.address, { withKeys: true });
  const experiment = await calls.createExperiment('killed under load');
  await calls.write('registered-models/create', { name: VersionWriter.model });
  const runWriters = Array.from({ length: writersOfRuns }, (_, index) => new RunWriter(calls, { experiment, index }));
  const versionWriters = Array.from({ length: writersOfVersions }, (_, index) => new VersionWriter(calls, index));
  const casualties = await killWhile(
    { report, servers, services: bed.services, random: seededRandom(seed) },
    { seconds: loadSeconds, writers: [...runWriters, ...versionWriters] },
  );
  const urls = bed.services.all('tracking').map(({ url }) => url);
  await verifyRuns(report, { experiment, urls, writers: runWriters, env: bed.services.env });
  await verifyVersions(
    report,
    versionWriters,
    bed.services.all('registry').map(({ url }) => url),
  );
  const acknowledged = [...runWriters, ...versionWriters].reduce((sum, writer) => sum + writer.acknowledged, 0);
  await verifyAudit(report, bed.address, acknowledged);
  report.say('\nkilled');
  for (const line of casualties.table()) report.say(line);
  report.say(`requests sent again: ${calls.repeats}\n`);
}

async function proveManyRuns({ report, servers, manyRuns }: RunsSize): Promise<void> {
  report.say('starting one of tracking');
  await using services = await runServices(testNamespace(servers.addresses), ['tracking']);
  const calls = new MlflowCalls(services.url('tracking'));
  const experiment = await calls.createExperiment('many runs');
  const ids = await fillWithRuns({ report, calls, experiment, runs: manyRuns, service: services.get('tracking') });
  await pageThroughAll({ report, calls, experiment, ids, service: services.get('tracking') });
}
