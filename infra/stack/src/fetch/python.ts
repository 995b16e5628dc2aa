import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { mustRun, runCommand } from '../run-command.ts';
import { cached, findCached } from './cached.ts';
import { installPackages } from './system-package.ts';
import { systemPython } from './system-python.ts';

const requirementsFile = path.join(repositoryRoot, 'infra', 'stack', 'requirements.txt');
const oldestMinor = 11;

async function makeEnvironment(python: string, directory: string): Promise<void> {
  if ((await runCommand(python, ['-m', 'venv', directory])).code === 0) return;
  await installPackages(['python3-venv'], 'Python has no venv module');
  await mustRun(python, ['-m', 'venv', '--clear', directory]);
}

/** Where the environment belongs: keyed by the requirements and the Python that it is made with. */
async function cacheKey(python: string): Promise<string> {
  const version = (await mustRun(python, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'])).trim();
  if (Number(version.split('.')[1]) < oldestMinor) {
    throw new Error(`Python 3.${oldestMinor} or newer is needed for training, ${python} is ${version}`);
  }
  const digest = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
  return `python/${version}-${digest}`;
}

/** Path of the Python for training if it has been made already; fetches nothing. */
export async function findPython(): Promise<string | null> {
  if ((await runCommand('python3', ['--version'])).code !== 0) return null;
  const directory = findCached(await cacheKey('python3'));
  return directory === null ? null : path.join(directory, 'bin', 'python');
}

/** Path of a Python that has the packages for training (mlflow, LightGBM, ONNX, Kafka client), made in the cache once. */
export async function ensurePython(): Promise<string> {
  const python = await systemPython();
  const build = async (directory: string): Promise<void> => {
    await makeEnvironment(python, directory);
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-compile', '--only-binary', ':all:'];
    const inside = path.join(directory, 'bin', 'python');
    await mustRun(inside, [...pip, '--progress-bar', 'off', '-r', requirementsFile], { label: 'pip' });
    await mustRun(inside, [
      '-c',
      'import mlflow, lightgbm, onnxmltools, onnxruntime, sklearn, pandas, confluent_kafka',
    ]);
  };
  const directory = await cached(await cacheKey(python), 'the Python packages for training', build, { inPlace: true });
  return path.join(directory, 'bin', 'python');
}
