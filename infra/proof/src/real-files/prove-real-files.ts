import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEndpoint } from '../run/open-endpoint.ts';
import type { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { runCommandLine } from '../run/run-command-line.ts';
import { fileDefinitions } from './file-definitions.ts';

export interface RealFilesSize {
  /** Rows of registrations.csv, from its beginning, in its own order; all of them when infinite. */
  readonly registrations: number;
  /** Multiple of real time at which the later part comes; as fast as it goes when absent. */
  readonly speed?: number;
  /** For each thing that is waited for; long enough for the full size when absent. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 600_000;

interface FileVerdict {
  readonly rows: number;
  readonly events: number;
  readonly sameRows: boolean;
  readonly outOfOrder: number;
  readonly vectors: number;
  readonly values: number;
  readonly missingValues: number;
  readonly wrong: Findings;
  readonly later: number;
  readonly predictions: number;
  readonly wrongScores: Findings;
  readonly largestScoreDifference: number;
  readonly distinctScores: number;
  readonly outcomes: number;
}

interface Findings {
  readonly count: number;
  readonly first: readonly unknown[];
}

const data = path.join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared', 'data');
/** The models learn from what lies before and score what comes after. */
const until = '2023-01-20T00:00:00Z';
const labelDelay = { text: '7d', ms: 7 * 86_400_000 };

interface FileUnderProof {
  readonly name: 'registrations' | 'transactions';
  readonly file: string;
  readonly topic: string;
  readonly featureService: string;
  readonly model: string;
  /** Flags of `publish` beside the file and the topic. */
  readonly flags: readonly string[];
}

/** Files that the platform was not made for, published as they are with the command line, scored by models trained on them. */
export async function proveRealFiles(platform: ProofPlatform, size: RealFilesSize): Promise<void> {
  const { report } = platform;
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-proof-'));
  try {
    const registrations = await firstRows(path.join(data, 'registrations.csv'), { folder, count: size.registrations });
    const files = filesUnderProof({ registrations, transactions: path.join(data, 'transactions.csv') });
    const patienceMs = size.patienceMs ?? defaultPatienceMs;
    const versions = await learn(platform, files, patienceMs);
    report.say(`publishing what happened from ${until} on`);
    const speed = size.speed === undefined ? [] : ['--speed', String(size.speed)];
    for (const file of files) await publish(platform, file, { range: ['--from', until, ...speed], patienceMs });
    for (const { name, topic } of files) {
      report.say(`waiting for the vectors and predictions of ${name}`);
      await platform.drained(name, topic, patienceMs);
      await scored(platform, { endpoint: name, topic, patienceMs });
    }
    await judge(platform, files, { versions, folder, patienceMs });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function filesUnderProof(paths: { readonly registrations: string; readonly transactions: string }): FileUnderProof[] {
  const suffix = randomUUID().slice(0, 8);
  const eventTime = ['--event-time', 'EVENT_TIMESTAMP'];
  return [
    {
      name: 'registrations',
      file: paths.registrations,
      topic: `registrations-${suffix}`,
      featureService: 'registration_risk',
      model: 'registration-risk',
      flags: [...eventTime, '--key', 'ip_address'],
    },
    {
      name: 'transactions',
      file: paths.transactions,
      topic: `transactions-${suffix}`,
      featureService: 'transaction_risk',
      model: 'transaction-risk',
      // prettier-ignore
      flags: [
        ...eventTime, '--key', 'ENTITY_ID', '--id-column', 'EVENT_ID', '--source', 'transactions',
        '--label-column', 'EVENT_LABEL', '--label-time', 'LABEL_TIMESTAMP', '--label-delay', labelDelay.text,
      ],
    },
  ];
}

function topicsOf(files: readonly FileUnderProof[]): Record<FileUnderProof['name'], string> {
  const topicOf = (wanted: FileUnderProof['name']): string => files.find(({ name }) => name === wanted)?.topic ?? '';
  return { registrations: topicOf('registrations'), transactions: topicOf('transactions') };
}

async function publish(
  platform: ProofPlatform,
  { file, topic, flags }: FileUnderProof,
  { range, patienceMs }: { readonly range: readonly string[]; readonly patienceMs: number },
): Promise<void> {
  await runCommandLine(platform, ['publish', file, '--topic', topic, ...flags, ...range], patienceMs);
}

/** The first part of both streams, the definitions, a promoted model for each, and an endpoint that waits for the rest. */
async function learn(
  platform: ProofPlatform,
  files: readonly FileUnderProof[],
  patienceMs: number,
): Promise<Record<FileUnderProof['name'], string>> {
  const { report, http, clickhouse } = platform;
  report.say(`publishing what happened before ${until}`);
  for (const file of files) await publish(platform, file, { range: ['--to', until], patienceMs });
  await http.post('/api/v1/definitions', fileDefinitions(topicsOf(files)));
  for (const { name, topic } of files) {
    report.say(`waiting for the vectors and the history of ${name}`);
    await platform.drained(name, topic, patienceMs);
    const published = await platform.records(topic);
    let stored = 0;
    const complete = async (): Promise<boolean> => {
      const row = await clickhouse.queryOne<{ n: number }>(
        `SELECT count() AS n FROM ${clickhouse.qualified('feature_vectors')} WHERE source_topic = {topic:String}`,
        { topic },
      );
      stored = row?.n ?? 0;
      return stored === published;
    };
    const seen = (): string => `: ${stored} of ${published} vectors are stored`;
    await platform.until(`the history of ${name}`, patienceMs, complete, seen);
  }
  report.say('training, registering and promoting two models');
  const names = Object.fromEntries(
    await Promise.all(
      files.map(async ({ name, featureService }) => [name, (await describe(platform, featureService)).featureNames]),
    ),
  ) as Record<string, string[]>;
  const asked = {
    gateway: platform.services.url('gateway'),
    ...Object.fromEntries(files.map(({ name, file }) => [name, file])),
    until,
    labelDelayMs: labelDelay.ms,
    names,
  };
  const trained = (await platform.python('train_on_files.py', asked, patienceMs)) as Record<
    FileUnderProof['name'],
    { version: string; rows: number; labelled?: number }
  >;
  report.equal(
    trained.transactions.rows,
    trained.transactions.labelled ?? -1,
    'transactions with a label that had come by then, in the training set',
  );
  for (const { name, featureService, model } of files)
    await openEndpoint(platform, { name, featureService, model, startFrom: 'now' });
  return { registrations: trained.registrations.version, transactions: trained.transactions.version };
}

function describe(platform: ProofPlatform, service: string): Promise<{ featureNames: string[]; types: string[] }> {
  return platform.http.get(`/api/v1/feature-services/${service}`) as Promise<{
    featureNames: string[];
    types: string[];
  }>;
}

/** One Python process for both files: most of its time goes into importing mlflow. */
async function judge(
  platform: ProofPlatform,
  files: readonly FileUnderProof[],
  {
    versions,
    folder,
    patienceMs,
  }: {
    readonly versions: Readonly<Record<FileUnderProof['name'], string>>;
    readonly folder: string;
    readonly patienceMs: number;
  },
): Promise<void> {
  const { report } = platform;
  report.say('recomputing every feature and score in Python');
  const asked = await Promise.all(
    files.map(async ({ name, file, topic, featureService, model }) => {
      const { featureNames: names, types } = await describe(platform, featureService);
      const version = versions[name];
      const own = path.join(folder, name);
      return {
        which: name,
        file,
        topic,
        featureService,
        names,
        types,
        endpoint: name,
        model,
        version,
        until,
        folder: own,
      };
    }),
  );
  const argument = { gateway: platform.services.url('gateway'), files: asked };
  const verdicts = (await platform.python('verify_files.py', argument, patienceMs)) as Record<string, FileVerdict>;
  for (const { name } of files) {
    const verdict = verdicts[name];
    if (verdict === undefined) throw new Error(`verify_files.py said nothing of ${name}`);
    tell(report, name, verdict);
  }
}

function tell(report: ProofReport, name: FileUnderProof['name'], verdict: FileVerdict): void {
  report.check(
    verdict.sameRows,
    `${name}: the topic holds the rows of the file`,
    `${verdict.events} of ${verdict.rows}`,
  );
  report.equal(verdict.outOfOrder, 0, `${name}: events out of the order of their times within a partition`);
  report.equal(verdict.vectors, verdict.rows, `${name}: vectors, one a row`);
  none(report, verdict.wrong, {
    claim: `${name}: each of ${verdict.values} feature values equals its recomputation in Python`,
    detail: `${verdict.missingValues} missing ones among them`,
  });
  report.equal(verdict.predictions, verdict.later, `${name}: predictions, one for each later event`);
  none(report, verdict.wrongScores, {
    claim: `${name}: each score equals the same file scored offline on the recomputed features (1e-6)`,
    detail: `largest difference ${verdict.largestScoreDifference}, ${verdict.distinctScores} different scores`,
  });
  if (name === 'transactions') report.check(verdict.outcomes > 0, 'transactions: outcomes', `${verdict.outcomes}`);
}

/** Until an endpoint that starts now has given a prediction for each later event. */
async function scored(
  platform: ProofPlatform,
  { endpoint, topic, patienceMs }: { endpoint: string; topic: string; patienceMs: number },
): Promise<void> {
  const { clickhouse } = platform;
  let found: object = {};
  const complete = async (): Promise<boolean> => {
    const row = await clickhouse.queryOne<{ vectors: number; predictions: number }>(
      `SELECT (SELECT count() FROM ${clickhouse.qualified('feature_vectors')} WHERE source_topic = {topic:String} AND event_time >= {until:String}) AS vectors,
              (SELECT count() FROM ${clickhouse.qualified('predictions')} WHERE endpoint = {endpoint:String}) AS predictions`,
      { topic, endpoint, until: until.slice(0, 10) },
    );
    const published = await platform.records(topic);
    const all = await clickhouse.queryOne<{ n: number }>(
      `SELECT count() AS n FROM ${clickhouse.qualified('feature_vectors')} WHERE source_topic = {topic:String}`,
      { topic },
    );
    found = { ...row, published, allVectors: all?.n };
    return row !== null && all?.n === published && row.predictions >= row.vectors;
  };
  const seen = (): string => `: ${JSON.stringify(found)} are there`;
  await platform.until(`the predictions of ${endpoint}`, patienceMs, complete, seen);
}

function none(
  report: ProofReport,
  findings: Findings,
  { claim, detail }: { readonly claim: string; readonly detail: string },
): void {
  const holds = findings.count === 0;
  report.check(holds, claim, holds ? detail : `${findings.count} differ: ${JSON.stringify(findings.first)}`);
}

async function firstRows(
  file: string,
  { folder, count }: { readonly folder: string; readonly count: number },
): Promise<string> {
  if (count === Number.POSITIVE_INFINITY) return file;
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, count + 1);
  const short = path.join(folder, path.basename(file));
  await writeFile(short, `${lines.join('\n')}\n`);
  return short;
}
