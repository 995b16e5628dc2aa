import { instancePaths, readAddresses, runningProcess, serverNames, type Addresses } from '@millrace/stack';

const fallbacks = ['test', 'dev'] as const;

function runs(instance: string): boolean {
  const paths = instancePaths(instance);
  const addresses = readAddresses(paths);
  if (addresses === null) return false;
  const own = serverNames.filter((name) => addresses.pids[name] !== undefined);
  return own.every((name) => runningProcess(paths, name) !== null);
}

/**
 * Addresses of the running stack: the instance named by MILLRACE_STACK_INSTANCE, else `test`, else `dev`.
 * Throws when none runs; a test without its servers must fail, not skip.
 */
export function stackAddresses(): Addresses {
  const named = process.env['MILLRACE_STACK_INSTANCE'];
  const candidates = named ? [named] : fallbacks;
  for (const instance of candidates) {
    const addresses = runs(instance) ? readAddresses(instancePaths(instance)) : null;
    if (addresses !== null) return addresses;
  }
  throw new Error(
    `no stack runs as ${candidates.map((name) => `"${name}"`).join(' or ')}: ` +
      `start one with "npm run stack -- up --instance ${candidates[0]}"`,
  );
}
