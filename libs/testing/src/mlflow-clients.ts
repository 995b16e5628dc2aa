import { readdirSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '@millrace/stack';
import { pythonTestNames, PythonTests } from './python-tests.ts';

const folder = path.join(repositoryRoot, 'services', 'gateway', 'test', 'python');
const filesIn = (subfolder: string): string[] =>
  readdirSync(path.join(folder, subfolder))
    .filter((file) => /^test_\w+\.py$/.test(file))
    .sort()
    .map((file) => path.posix.join(subfolder, file));

/** A generation of MLflow's client, and the files of the suite that are for it. */
export interface MlflowClient {
  readonly name: string;
  /** Where the environment says which Python has it. */
  readonly pythonVariable: string;
  readonly files: readonly string[];
}

export const mlflow3: MlflowClient = {
  name: 'MLflow 3',
  pythonVariable: 'MILLRACE_PYTHON',
  files: [...filesIn(''), ...filesIn('three')],
};

export const mlflow2: MlflowClient = {
  name: 'MLflow 2',
  pythonVariable: 'MILLRACE_PYTHON_MLFLOW2',
  files: filesIn(''),
};

export const mlflowTestNames = ({ files }: MlflowClient): string[] => pythonTestNames(folder, files);

/** Runs the client's files of the suite against the address, all in one process. */
export function startMlflowTests(
  { pythonVariable, files }: MlflowClient,
  { address, env }: { readonly address: string; readonly env: Readonly<Record<string, string>> },
): PythonTests {
  const python = env[pythonVariable];
  if (python === undefined) throw new Error(`${pythonVariable} is not set: run "npm test" once, which makes it`);
  return PythonTests.start({ python, folder, files, env: { ...env, MLFLOW_TRACKING_URI: address } });
}
