import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClientError } from '../client-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const defaultInstance = 'default';

/**
 * The addresses of the platform: what the environment says, and for the rest what the nearest running stack wrote
 * down, in `.millrace/stack/<instance>/addresses.json` of this folder or one above it.
 */
export function platformEnvironment(env: Environment, folder: string): Environment {
  // A variable that is set to nothing is as good as not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const path = addressesFile(folder, given['MILLRACE_STACK_INSTANCE'] ?? defaultInstance);
  return path === null ? given : { ...readAddresses(path), ...given };
}

function addressesFile(folder: string, instance: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, '.millrace', 'stack', instance, 'addresses.json');
    if (existsSync(path)) return path;
    if (dirname(at) === at) return null;
  }
}

function readAddresses(path: string): Environment {
  try {
    const { env } = JSON.parse(readFileSync(path, 'utf8')) as { env: Environment };
    return env;
  } catch (cause) {
    throw new ClientError(
      'CLIENT_ADDRESSES_UNREADABLE',
      `"${path}" cannot be read: start the platform again ("npm start"), or set MILLRACE_GATEWAY_URL and MILLRACE_KAFKA_BROKERS`,
      { cause },
    );
  }
}
