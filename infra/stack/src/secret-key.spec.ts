import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { instancePaths } from './paths.ts';
import { secretKeyOf } from './secret-key.ts';

it('an instance has one key, of 32 bytes, that only its user can read', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-key-'));
  try {
    const paths = instancePaths('one', folder);
    const key = secretKeyOf(paths);
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(secretKeyOf(paths)).toBe(key);
    expect(secretKeyOf(instancePaths('two', folder))).not.toBe(key);
    expect(statSync(path.join(paths.data, 'secret-key')).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
