import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Checkpoint, checkpointPath, fingerprintOf } from './checkpoint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoint-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('what was done is known to the next import, as long as it is the same there', () => {
  const path = join(folder, 'a', 'b');
  const [before, after] = [fingerprintOf({ end: null }), fingerprintOf({ end: 1 })];
  Checkpoint.open(path, { writes: true }).done('r1', before);
  const next = Checkpoint.open(path, { writes: true });
  expect(next.isDone('r1', before)).toBe(true);
  expect(next.isDone('r1', after)).toBe(false);
  next.done('r1', after);
  expect(Checkpoint.open(path, { writes: true }).isDone('r1', after)).toBe(true);
});

it('a line that was cut off counts for nothing and spoils no other', () => {
  const path = join(folder, 'a');
  const fingerprint = fingerprintOf(1);
  Checkpoint.open(path, { writes: true }).done('r1', fingerprint);
  appendFileSync(path, `r2 ${fingerprint.slice(0, 5)}`);
  const next = Checkpoint.open(path, { writes: true });
  expect(next.isDone('r2', fingerprint.slice(0, 5))).toBe(false);
  next.done('r3', fingerprint);
  const last = Checkpoint.open(path, { writes: true });
  expect(['r1', 'r2', 'r3'].map((id) => last.isDone(id, fingerprint))).toEqual([true, false, true]);
});

it('a dry run writes nothing down', () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'torn');
  Checkpoint.open(path, { writes: false }).done('r1', fingerprintOf(1));
  expect(readFileSync(path, 'utf8')).toBe('torn');
});

it('a file that cannot be used is named, with the remedy', () => {
  expect(() => Checkpoint.open(folder, { writes: true })).toThrow(
    expect.objectContaining({ code: 'CLIENT_CHECKPOINT_UNREADABLE', message: expect.stringContaining('--checkpoint') }),
  );
});

it('each pair of servers has a file of its own', () => {
  const servers = { from: 'http://old:5000/x', to: 'http://new' };
  expect(checkpointPath('/here', servers)).toMatch(/^\/here\/\.millrace\/import\/old-5000-[0-9a-f]{8}\.checkpoint$/);
  expect(checkpointPath('/here', { ...servers, to: 'http://newer' })).not.toBe(checkpointPath('/here', servers));
});
