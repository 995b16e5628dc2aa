import { constants } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from '../run-command.ts';
import { clickhouseLibrary } from './clickhouse-library.ts';
import { analystUser, clickhouseConfiguration, clickhouseUsers } from './clickhouse-configuration.ts';
import { answersOk } from './http-probe.ts';
import { portOf, type LaunchPlan, type Ports, type ServerContext, type ServerDefinition } from './server.ts';

const url = (ports: Ports): string => `http://127.0.0.1:${portOf(ports, 'clickhouse')}`;
const keepAlivePipe = (run: string): string => path.join(run, 'clickhouse.keep-alive');

async function prepare({ paths, ports }: ServerContext, signal: AbortSignal): Promise<LaunchPlan> {
  const data = path.join(paths.data, 'clickhouse');
  const configuration = path.join(paths.run, 'clickhouse.xml');
  const users = path.join(paths.run, 'clickhouse-users.xml');
  const pipe = keepAlivePipe(paths.run);
  await mkdir(data, { recursive: true });
  await writeFile(configuration, clickhouseConfiguration(users));
  await writeFile(users, clickhouseUsers);
  await rm(pipe, { force: true });
  await mustRun('mkfifo', [pipe], { signal });
  const program = path.join(import.meta.dirname, `../clickhouse-server${path.extname(import.meta.filename)}`);
  const httpPort = String(portOf(ports, 'clickhouse'));
  const nativePort = String(portOf(ports, 'clickhouse-native'));
  return {
    command: process.execPath,
    args: [program, data, configuration, pipe, httpPort, nativePort],
    givesWay: true,
  };
}

/** The server runs one query that reads a pipe. Opening and closing its other end is the end of that query and of the server. */
async function closePipe({ paths }: ServerContext): Promise<void> {
  try {
    const pipe = await open(keepAlivePipe(paths.run), constants.O_WRONLY | constants.O_NONBLOCK);
    await pipe.close();
  } catch {
    // Nobody reads the pipe: the server has ended or never came so far. The signal that follows does the rest.
  }
}

/** ClickHouse's own server, out of the chdb library: HTTP and native listeners on a data folder. */
export const clickhouse: ServerDefinition = {
  name: 'clickhouse',
  title: 'ClickHouse',
  externalVariable: 'MILLRACE_CLICKHOUSE_URL',
  ports: [
    { name: 'clickhouse', usual: 8123 },
    { name: 'clickhouse-native', usual: 9000 },
  ],
  // npm has fetched it; where it could not, that is said before anything starts.
  fetch: async () => void clickhouseLibrary(),
  prepare,
  ready: ({ ports }) => answersOk(`${url(ports)}/ping`),
  askToStop: closePipe,
  url,
  env: ({ ports }) => ({
    MILLRACE_CLICKHOUSE_URL: url(ports),
    MILLRACE_CLICKHOUSE_DATABASE: 'millrace',
    MILLRACE_CLICKHOUSE_USERNAME: 'default',
    MILLRACE_CLICKHOUSE_PASSWORD: '',
    MILLRACE_CLICKHOUSE_ANALYST_USERNAME: analystUser.name,
    MILLRACE_CLICKHOUSE_ANALYST_PASSWORD: analystUser.password,
  }),
};
