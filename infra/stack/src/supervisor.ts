import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { InstancePaths } from './paths.ts';
import { endProcess, identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { say } from './say.ts';

/** Six services and four servers end one after the other, each with a grace of its own. */
const stopGraceMs = 120_000;

const recordOf = (paths: InstancePaths): string => path.join(paths.run, 'platform.json');

/** Writes down that this process starts again whatever ends in the instance. */
export function recordSupervisor(paths: InstancePaths): void {
  mkdirSync(paths.run, { recursive: true });
  writeJson(recordOf(paths), identify(process.pid));
}

export function removeSupervisorRecord(paths: InstancePaths): void {
  rmSync(recordOf(paths), { force: true });
}

/** The `npm start` that minds the instance, if there is one besides this process. */
export function runningSupervisor(paths: InstancePaths): ProcessIdentity | null {
  const recorded = readJson(recordOf(paths)) as ProcessIdentity | null;
  return recorded !== null && recorded.pid !== process.pid && isAlive(recorded) ? recorded : null;
}

/**
 * Ends the `npm start` that minds the instance and waits until it has stopped everything: as long as it runs, it starts again what
 * others stop. One whose npm was killed is ended too.
 */
export async function stopSupervisor(paths: InstancePaths): Promise<void> {
  const supervisor = runningSupervisor(paths);
  if (supervisor === null) return;
  say(`stopping the npm start that runs as process ${supervisor.pid}`);
  await endProcess(supervisor, stopGraceMs);
  removeSupervisorRecord(paths);
}
