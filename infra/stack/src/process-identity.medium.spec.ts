import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { endProcess, identify, isAlive, isStopped, signal, startTicksOf, waitForStop } from './process-identity.ts';

/** Ends what hangs, and judges no speed. */
const longMs = 60_000;

/** Processor time of all threads, in user and in system mode. */
function cpuTicks(pid: number): string {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .join(' ');
}

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
  await vi.waitFor(() => expect(isStopped(identity)).toBe(true), longMs);
  await endProcess(identity, 200);
  expect(isAlive(identity)).toBe(false);
});

test('a process counts as stopped when every thread of it stands still', async () => {
  const program = `const { Worker } = require('node:worker_threads');
    const busy = 'const { parentPort } = require("node:worker_threads"); parentPort.postMessage(0); for (;;);';
    for (let i = 0; i < 3; i++) new Worker(busy, { eval: true }).once('message', () => console.log('up'));`;
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await vi.waitFor(() => expect(output).toBe('up\nup\nup\n'), longMs);
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error('the child must be found');
  expect(await waitForStop(identity, 50)).toBe(false);
  signal(identity, 'SIGSTOP');
  expect(await waitForStop(identity, 10_000)).toBe(true);
  const usedBefore = cpuTicks(identity.pid);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(cpuTicks(identity.pid)).toBe(usedBefore);
  await endProcess(identity, 0);
  expect(await waitForStop(identity, 0)).toBe(true);
});
