import path from 'node:path';
import { mustRun } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { unpackWheel } from './python-wheel.ts';

/** Path of the FastTrackML server, a program of its own inside a Python wheel: what tracking is measured beside. */
export async function ensureFastTrackMl(signal: AbortSignal): Promise<string> {
  const build = async (target: string): Promise<void> => {
    await unpackWheel({ name: 'fasttrackml', version: versions.fasttrackml, target }, signal);
    await mustRun(program(target), ['--version'], { signal });
  };
  const key = `fasttrackml/${versions.fasttrackml}`;
  return program(await cached({ key, title: `FastTrackML ${versions.fasttrackml}`, build }, signal));
}

function program(directory: string): string {
  return path.join(directory, 'bin', 'fml');
}
