import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { mustRun, runCommand } from '../run-command.ts';
import { cached, findCached } from './cached.ts';
import { oldestPython, pythonMinor } from './needs.ts';
import { installPackages } from './system-package.ts';
import { systemPython } from './system-python.ts';

const requirementsFile = path.join(repositoryRoot, 'infra', 'stack', 'requirements.txt');

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
function cacheKey(version: string): string {
  const digest = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
  return `python/${version}-${digest}`;
}

/** Path of the Python for training if it has been made already; fetches nothing. */
export async function findPython(): Promise<string | null> {
  const version = await versionOf('python3');
  const directory = version === null || !canTrain(version) ? null : findCached(cacheKey(version));
  return directory === null ? null : path.join(directory, 'bin', 'python');
}

/** Path of a Python that has the packages for training (mlflow, LightGBM, ONNX, Kafka client), made in the cache once. */
export async function ensurePython(signal: AbortSignal): Promise<string> {
  const python = await systemPython(signal);
  const build = async (directory: string): Promise<void> => {
    await makeEnvironment(python, directory, signal);
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-compile', '--only-binary', ':all:'];
    const inside = path.join(directory, 'bin', 'python');
    await mustRun(inside, [...pip, '--progress-bar', 'off', '-r', requirementsFile], { label: 'pip', signal });
    const imports = 'import mlflow, lightgbm, onnxmltools, onnxruntime, sklearn, pandas, confluent_kafka';
    await mustRun(inside, ['-c', imports], { signal });
  };
  const version = (await versionOf(python)) ?? 'absent';
  if (!canTrain(version)) {
    throw new Error(
      `Python 3.${oldestPython.training} or newer is needed for training, ${python} is ${version}: install one, ` +
        'or start the platform alone with "npm start -- --no-demo"',
    );
  }
  const key = cacheKey(version);
  const title = 'the Python packages for training';
  const directory = await cached({ key, title, build, keepsItsPath: true }, signal);
  return path.join(directory, 'bin', 'python');
}
