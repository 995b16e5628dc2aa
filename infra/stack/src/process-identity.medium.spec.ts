import { spawn } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { endProcess, identify, isAlive, isStopped, signal, startTicksOf } from './process-identity.ts';

test('the start time is read behind a command that holds spaces and brackets', () => {
  const behind = Array.from({ length: 20 }, (_, index) => (index === 19 ? '4711' : String(index))).join(' ');
  expect(startTicksOf(`77 (a) b (c d)) ${behind} 0 0`)).toBe('4711');
});

test('this process is itself, and not one that had its pid before', () => {
  const self = identify(process.pid);
  if (self === null) throw new Error('this process must be found');
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ ...self, startTicks: '1' })).toBe(false);
  expect(isAlive({ ...self, bootId: 'another boot' })).toBe(false);
});

test('a recycled pid is not signalled', () => {
  const self = identify(process.pid);
  if (self === null) throw new Error('this process must be found');
  expect(signal({ ...self, startTicks: '1' }, 'SIGKILL')).toBe(false);
});

test('a stopped process that ignores polite requests is ended too', async () => {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error('the child must be found');
  expect(isStopped(identity)).toBe(false);
  signal(identity, 'SIGSTOP');
  await vi.waitFor(() => expect(isStopped(identity)).toBe(true));
  await endProcess(identity, 200);
  expect(isAlive(identity)).toBe(false);
});
