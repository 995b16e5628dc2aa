import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { giveWay } from './give-way.ts';

it('lowers the priority of a process and of its session', () => {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  try {
    const pid = child.pid ?? 0;
    giveWay(pid);
    expect(getPriority(pid)).toBe(10);
    const autogroup = `/proc/${pid}/autogroup`;
    // Kernels without autogroups weigh processes alone.
    const ofSession = existsSync(autogroup) ? readFileSync(autogroup, 'utf8') : 'nice 10';
    expect(ofSession).toContain('nice 10');
  } finally {
    child.kill('SIGKILL');
  }
});

it('leaves a process that has ended alone', () => {
  expect(() => giveWay(2 ** 22 + 1)).not.toThrow();
});
