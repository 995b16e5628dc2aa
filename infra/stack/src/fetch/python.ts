import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { mustRun, runCommand } from '../run-command.ts';
import { cached, findCached } from './cached.ts';
import { oldestPython, pythonMinor } from './needs.ts';
import { installPackages } from './system-package.ts';
import { systemPython } from './system-python.ts';

/** A set of Python packages that is made once, in a virtual environment of its own. */
export interface PythonEnvironment {
  /** Lists every package with its version, those that others need too: what is installed is this and nothing else. */
  readonly requirementsFile: string;
  readonly title: string;
  /** What must be there for it to count as made. */
  readonly imports: string;
}

const listed = (file: string): string => path.join(repositoryRoot, 'infra', 'stack', file);

/** For training, and for the tests of MLflow's newest client. */
export const trainingPackages: PythonEnvironment = {
  requirementsFile: listed('requirements.txt'),
  title: 'the Python packages for training',
  imports: 'mlflow, lightgbm, onnxmltools, onnxruntime, sklearn, pandas, psutil, confluent_kafka, pytest',
};

/** MLflow's client of the generation before, which is still in wide use. Only tests need it. */
export const mlflow2Packages: PythonEnvironment = {
  requirementsFile: listed('requirements-mlflow2.txt'),
  title: "the Python packages of MLflow 2's client",
  imports: 'mlflow, lightgbm, matplotlib, onnx, onnxruntime, sklearn, pandas, psutil, pytest',
};

/** Feast's SDK, which wants an older pandas than training has. Only tests need it. */
export const feastPackages: PythonEnvironment = {
  requirementsFile: listed('requirements-feast.txt'),
  title: "the Python packages of Feast's client",
  imports: 'feast, grpc, pandas, pyarrow',
};

/** MLflow 2 with its server, which only the proof of imports starts. */
export const mlflow2ServerPackages: PythonEnvironment = {
  requirementsFile: listed('requirements-mlflow2-server.txt'),
  title: "the Python packages of MLflow 2's server",
  imports: 'mlflow.server, mlflow.store.tracking.sqlalchemy_store, sklearn, pandas',
};

async function makeEnvironment(python: string, directory: string, signal: AbortSignal): Promise<void> {
  if ((await runCommand(python, ['-m', 'venv', directory], { signal })).code === 0) return;
  await installPackages(['python3-venv'], 'Python has no venv module', signal);
  await mustRun(python, ['-m', 'venv', '--clear', directory], { signal });
}

async function versionOf(python: string): Promise<string | null> {
  const { code, output } = await runCommand(python, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])']);
  return code === 0 ? output.trim() : null;
}

function canTrain(version: string): boolean {
  return (pythonMinor(version) ?? 0) >= oldestPython.training;
}

/** Where the environment belongs: keyed by the requirements and the Python that it is made with. */
function cacheKey(version: string, { requirementsFile }: PythonEnvironment): string {
  const digest = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
  return `python/${version}-${digest}`;
}

/** Path of the environment's Python if it has been made already; fetches nothing. */
export async function findPython(environment: PythonEnvironment): Promise<string | null> {
  const version = await versionOf('python3');
  const directory = version === null || !canTrain(version) ? null : findCached(cacheKey(version, environment));
  return directory === null ? null : path.join(directory, 'bin', 'python');
}

/** Path of a Python that has the environment's packages, made in the cache once. */
export async function ensurePython(environment: PythonEnvironment, signal: AbortSignal): Promise<string> {
  const python = await systemPython(signal);
  const { requirementsFile, title, imports } = environment;
  const build = async (directory: string): Promise<void> => {
    await makeEnvironment(python, directory, signal);
    // The list is complete, so nothing is resolved: the mlflow wheel has in it what it asks mlflow-skinny and mlflow-tracing for.
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-compile', '--no-deps'];
    const inside = path.join(directory, 'bin', 'python');
    const options = ['--only-binary', ':all:', '--progress-bar', 'off', '-r', requirementsFile];
    await mustRun(inside, [...pip, ...options], { label: 'pip', signal });
    await mustRun(inside, ['-c', `import ${imports}`], { signal });
  };
  const version = (await versionOf(python)) ?? 'absent';
  if (!canTrain(version)) {
    throw new Error(
      `Python 3.${oldestPython.training} or newer is needed for training, ${python} is ${version}: install one, ` +
        'or start the platform alone with "npm start -- --no-demo"',
    );
  }
  const directory = await cached({ key: cacheKey(version, environment), title, build, keepsItsPath: true }, signal);
  return path.join(directory, 'bin', 'python');
}
