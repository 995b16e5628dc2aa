import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { ExitCode } from './exit-code.ts';
import { runCli } from './run-cli.ts';
import type { Terminal } from './terminal.ts';

function run(...args: string[]): Promise<{ code: number; out: string; status: string }> {
  return runWith(args, { env: { MILLRACE_GATEWAY_URL: 'http://127.0.0.1:9' } });
}

async function runWith(
  args: string[],
  { env, signal = new AbortController().signal }: { env: Terminal['env']; signal?: AbortSignal },
): Promise<{ code: number; out: string; status: string }> {
  const [out, status]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    env,
    folder: tmpdir(),
    interactive: false,
    columns: 100,
    signal,
    out: async (line) => void out.push(line),
    status: (text) => void status.push(text),
  };
  const code = await runCli(args, terminal);
  return { code, out: out.join('\n'), status: status.join('') };
}

const commands = [
  'publish',
  'apply',
  'watch',
  'dead-letters',
  'sources',
  'promote',
  'sweeps',
  'models',
  'import',
  'collect-artifacts',
  'status',
  'trace',
  'audit',
];
const subcommands = [
  'dead-letters list',
  'dead-letters show',
  'dead-letters replay',
  'sources resume',
  'sweeps show',
  'sweeps create',
  'sweeps pause',
  'sweeps resume',
  'sweeps cancel',
  'models rollback',
  'models missing',
  'models approve',
  'import mlflow',
  'audit verify',
];

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

test('an import says what is wrong with its options, its source, and who asks', async () => {
  const both = await run('import', 'mlflow', 'http://127.0.0.1:9', '--models-only', '--experiment', 'a');
  expect(both).toMatchObject({ code: 1, status: expect.stringContaining('not both') });
  const file = await run('import', 'mlflow', 'mlruns');
  expect(file).toMatchObject({ code: 1, status: expect.stringContaining('"mlruns" is no address') });

  const server = createServer(({ url = '' }, answer) => {
    answer.writeHead(url.startsWith('/closed') ? 401 : 404).end('no');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = await run('import', 'mlflow', `${at}/closed`, '--dry-run');
  expect(closed).toMatchObject({ code: 1, status: expect.stringContaining('MLFLOW_TRACKING_USERNAME') });
  const other = await run('import', 'mlflow', at, '--dry-run');
  expect(other).toMatchObject({
    code: 1,
    status: expect.stringContaining('is no MLflow server of version 2 or newer'),
  });
  server.close();
});

test('an import that is stopped says that it can go on', async () => {
  const stop = new AbortController();
  const server = createServer(() => stop.abort(new ExitCode(130))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, status } = await runWith(['import', 'mlflow', address, '--dry-run'], { env: {}, signal: stop.signal });
  expect({ code, status }).toEqual({ code: 130, status: 'stopped: run the same command again to go on\n' });
  server.closeAllConnections();
  server.close();
});

test.each([
  [new ExitCode(130), 130],
  [new ExitCode(143), 143],
])('a command that waits for an answer ends when it is stopped (%s)', async (reason, expected) => {
  const stop = new AbortController();
  // An address where a connection is taken and nothing ever answered.
  const server = createServer(() => stop.abort(reason)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { code } = await runWith(['sources'], {
    env: { MILLRACE_GATEWAY_URL: `http://127.0.0.1:${port}` },
    signal: stop.signal,
  });
  expect(code).toBe(expected);
  server.closeAllConnections();
  server.close();
});

test('the trail is verified page by page, and a break is told with its place and ends with 1', async () => {
  const broken = { kind: 'entry-changed', offset: 41, item: 0, expected: 'aa', found: 'bb' };
  const part = { topic: 'registry.journal', partition: 0, end: 9, behind: 0, head: 'ff', chainOnly: 2, broken: null };
  const pages: Record<string, object> = {
    '/api/v1/audit/verify': { ok: true, partitions: [{ ...part, entries: 5 }], next: 'more' },
    '/api/v1/audit/verify?cursor=more': { ok: true, partitions: [{ ...part, entries: 3 }], next: null },
  };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(pages[request.url ?? '']));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = { MILLRACE_GATEWAY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const whole = await runWith(['audit', 'verify'], { env });
  expect([whole.code, whole.out]).toEqual([
    0,
    'the audit trail is whole: 8 entries in 1 partition\n4 of them by the chain alone: their records have left the logs',
  ]);
  pages['/api/v1/audit/verify?cursor=more'] = { ok: false, partitions: [{ ...part, entries: 3, broken }], next: null };
  const forged = await runWith(['audit', 'verify'], { env });
  expect([forged.code, forged.out]).toEqual([
    1,
    expect.stringMatching(/^registry.journal partition 0 offset 41 item 0: .*changed\n +expected +aa\n +found +bb\n/),
  ]);
  const json = await runWith(['audit', 'verify', '--json'], { env });
  expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { ok: false, partitions: [{ entries: 8, broken }] }]);
  server.close();
});
