import { homedir } from 'node:os';
import path from 'node:path';

/** The checkout: both `src` and `dist` of this package lie three folders below it. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../../..');

/** Downloads shared by every checkout of this user, keyed by pinned version. */
export function cacheDirectory(): string {
  const configured = process.env['MILLRACE_CACHE_DIR'];
  return configured ? path.resolve(configured) : path.join(homedir(), '.cache', 'millrace');
}

/** Where Node keeps what it has compiled of the services and their packages: the next start spares a tenth of its work. */
export function compileCache(): string {
  return process.env['NODE_COMPILE_CACHE'] ?? path.join(repositoryRoot, '.millrace', 'compiled');
}

export interface InstancePaths {
  readonly instance: string;
  readonly root: string;
  readonly data: string;
  readonly logs: string;
  readonly run: string;
  readonly addresses: string;
}

/** Where the instances of this checkout live; tests of the stack itself move it out of the way. */
export function instancesDirectory(): string {
  return process.env['MILLRACE_STACK_DIR'] ?? path.join(repositoryRoot, '.millrace', 'stack');
}

export function instancePaths(instance: string, directory: string = instancesDirectory()): InstancePaths {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(instance)) {
    throw new Error(`instance name "${instance}": use up to 32 lower-case letters, digits and dashes`);
  }
  const root = path.join(directory, instance);
  return {
    instance,
    root,
    data: path.join(root, 'data'),
    logs: path.join(root, 'logs'),
    run: path.join(root, 'run'),
    addresses: path.join(root, 'addresses.json'),
  };
}
