import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InstancePaths } from './paths.ts';

/** The key that this instance keeps secrets under, drawn once: it lives as long as the data that it opens. */
export function secretKeyOf({ data }: InstancePaths): string {
  const file = path.join(data, 'secret-key');
  mkdirSync(data, { recursive: true });
  try {
    // Of two processes at once one writes, and both read what it wrote.
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8');
}
