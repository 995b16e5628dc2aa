import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs one step of a Python script of this folder against the gateway and gives what it printed as its result. */
export async function runMlflowClient<T>(
  env: Readonly<Record<string, string>>,
  gatewayUrl: string,
  [step, name]: readonly [step: string, name: string],
  script = 'mlflow_client.py',
): Promise<T> {
  const python = env['MILLRACE_PYTHON'];
  if (python === undefined) throw new Error('MILLRACE_PYTHON is not set: start the stack, which builds it');
  const { stdout } = await run(python, [path.join(import.meta.dirname, script), step, name], {
    env: {
      ...process.env,
      ...env,
      MLFLOW_TRACKING_URI: gatewayUrl,
      MLFLOW_TRACKING_USERNAME: 'ada',
      MLFLOW_TRACKING_PASSWORD: 'x',
    },
    maxBuffer: 16 * 1024 * 1024,
  });
  const line = stdout.split('\n').find((candidate) => candidate.startsWith('RESULT '));
  if (line === undefined) throw new Error(`the step ${step} printed no result:\n${stdout}`);
  return JSON.parse(line.slice('RESULT '.length)) as T;
}
