import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Address of the Redis that tests run on: from the environment, else of the local stack that is running. */
export function redisUnderTest(): string {
  const fromEnvironment = process.env['MILLRACE_REDIS_URL'];
  if (fromEnvironment !== undefined) return fromEnvironment;
  const stacks = path.join(import.meta.dirname, '../../../.millrace/stack');
  for (const instance of ['test', 'dev']) {
    const file = path.join(stacks, instance, 'addresses.json');
    if (!existsSync(file)) continue;
    const { env } = JSON.parse(readFileSync(file, 'utf8')) as { env: Record<string, string> };
    if (env['MILLRACE_REDIS_URL'] !== undefined) return env['MILLRACE_REDIS_URL'];
  }
  throw new Error('no Redis to test on: set MILLRACE_REDIS_URL or start the stack');
}

export function uniquePrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
