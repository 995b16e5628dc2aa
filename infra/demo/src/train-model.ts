import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Environment } from '@millrace/client';
import type { DemoNames } from './demo-names.ts';
import { dayStartMs } from './demo-profile.ts';
import type { DemoProfile } from './demo-profile.ts';
import { demoActor } from './platform-api.ts';
import type { Population } from './simulator/population.ts';
import { transactionsOfDay } from './simulator/transactions-of-day.ts';

export interface TrainedModel {
  readonly version: string;
  /** On the last fifth of the rows; null where that holds no fraud. */
  readonly auc: number | null;
  readonly rows: number;
  readonly frauds: number;
  readonly runId: string;
}

export interface TrainModel {
  readonly names: DemoNames;
  readonly profile: DemoProfile;
  readonly population: Population;
  readonly gateway: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** As the mlflow client takes it; without a password it sends neither, and nobody looks at one. */
const inOurName = { MLFLOW_TRACKING_USERNAME: demoActor, MLFLOW_TRACKING_PASSWORD: demoActor };

const SCRIPT = path.join(import.meta.dirname, '..', 'train.py');

/** Runs the training script, an ordinary Python program with the stock mlflow client, and reads its last line. */
export async function trainModel({
  names,
  profile,
  population,
  gateway,
  env,
  signal,
}: TrainModel): Promise<TrainedModel> {
  const { simulator, trainFromDay, trainToDay } = profile;
  const iso = (day: number): string => new Date(dayStartMs(simulator, day)).toISOString();
  let expected = 0;
  for (let day = trainFromDay; day < trainToDay; day += 1)
    expected += transactionsOfDay(simulator, population, day).length;
  const options = {
    '--gateway': gateway,
    '--feature-service': names.featureService,
    '--entities': `${names.customer},${names.terminal}`,
    '--model': names.model,
    '--experiment': names.experiment,
    '--from': iso(trainFromDay),
    '--to': iso(trainToDay),
    '--expect': String(expected),
  };
  const output = await run(env['MILLRACE_PYTHON'] ?? 'python3', [SCRIPT, ...Object.entries(options).flat()], {
    env,
    signal,
  });
  const last = output.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as TrainedModel;
}

function run(
  command: string,
  args: readonly string[],
  { env, signal }: { env: Environment; signal: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      // Compiled modules are kept, whatever this shell says: importing mlflow and its libraries takes half as long the next time.
      env: { ...inOurName, ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let output = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-8000)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`training ended with code ${code}:\n${complaints}`));
    });
  });
}
