import path from 'node:path';
import { repositoryRoot } from './paths.ts';
import { mustRun } from './run-command.ts';
import { say } from './say.ts';

/** Compiles what has changed; the services run from the result. */
export async function build(signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const compiler = path.join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  await mustRun(process.execPath, [compiler, '-b'], { cwd: repositoryRoot, label: 'tsc -b', signal });
  say(`built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
