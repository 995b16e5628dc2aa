import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import type { Terminal } from './terminal.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; status: string }> {
  const [out, status]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    env: { MILLRACE_GATEWAY_URL: 'http://127.0.0.1:9' },
    folder: tmpdir(),
    interactive: false,
    columns: 100,
    signal: new AbortController().signal,
    out: async (line) => void out.push(line),
    status: (text) => void status.push(text),
  };
  const code = await runCli(args, terminal);
  return { code, out: out.join('\n'), status: status.join('') };
}

const commands = ['publish', 'apply', 'watch', 'dead-letters', 'sources', 'promote', 'status', 'trace'];
const subcommands = ['dead-letters list', 'dead-letters show', 'dead-letters replay', 'sources resume'];

test('the help lists every command', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const command of commands) expect(out).toMatch(new RegExp(`^ +${command} `, 'm'));
});

test.each([...commands, ...subcommands])('%s explains itself with examples', async (command) => {
  const { code, out } = await run(...command.split(' '), '--help');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`Examples?:\n +millrace ${command}`));
});

test('an unknown command suggests the one that was meant', async () => {
  expect(await run('publsh')).toMatchObject({ code: 1, status: expect.stringContaining('Did you mean publish?') });
  expect(await run('dead-letters', 'reply')).toMatchObject({ code: 1, status: expect.stringContaining('replay') });
});

test('what is missing or cannot be is named before anything is connected to', async () => {
  expect(await run('publish', 'x.csv')).toMatchObject({ code: 1, status: expect.stringContaining('--topic') });
  const speed = await run('publish', 'x.csv', '--topic', 't', '--event-time', 't', '--speed', 'fast');
  expect(speed).toMatchObject({ code: 1, status: expect.stringContaining("'fast'") });
  const watch = await run('watch', 't', '--from', 'yesterday');
  expect(watch).toMatchObject({ code: 1, status: expect.stringContaining('2024-01-31') });
  const place = await run('dead-letters', 'replay', 'g', '--at', 'here');
  expect(place).toMatchObject({ code: 1, status: expect.stringContaining('TOPIC/PARTITION/OFFSET') });
});

test('a platform that does not run is said in words, with the remedy', async () => {
  const { code, status } = await run('sources');
  expect(code).toBe(1);
  expect(status).toMatch(/^error: .*does not answer: is the platform running \("npm start"\)\?/);
  expect(status).not.toMatch(/at .*\.ts:/);
});
