import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The parsed file, or null when it is absent or only partly written by a process that was killed. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}

/** Readers see the old file or the new one, never half of one. Only this user may read it: addresses hold passwords. */
export function writeJson(file: string, value: unknown): void {
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(beside, file);
}
