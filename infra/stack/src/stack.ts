import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reset, status, stop, up } from './instance.ts';
import { defaultInstance } from './instance-ports.ts';
import { instancePaths } from './paths.ts';
import { runProgram } from './program.ts';
import { say } from './say.ts';
import { logFile, logTail } from './server-process.ts';
import { isServerName, serverNames, type ServerName } from './servers/server.ts';

const usage = `usage: npm run stack -- COMMAND [--instance NAME]

  up [--only SERVER,…]   start the servers that don't run yet and wait until they answer
  status                 which servers run, and where
  stop                   stop them in order; data stays
  reset                  stop them and delete data, logs and ports
  logs [NAME] [--follow] the end of a log: ${serverNames.join(', ')} or a service

  --instance NAME        "${defaultInstance}" unless given; each instance has its own data and ports
  --help                 this text

Addresses are in .millrace/stack/NAME/addresses.json. MILLRACE_KAFKA_BROKERS, MILLRACE_SCHEMA_REGISTRY_URL,
MILLRACE_REDIS_URL or MILLRACE_CLICKHOUSE_URL in the environment name a server of yours that is used instead.`;

function serversOf(list: string | undefined): readonly ServerName[] | undefined {
  return list?.split(',').map((name) => {
    if (!isServerName(name)) throw new Error(`"${name}" is none of ${serverNames.join(', ')}`);
    return name;
  });
}

async function showStatus(instance: string): Promise<void> {
  for (const { name, state, pid, url } of await status(instance)) {
    console.log(`${name.padEnd(16)} ${state.padEnd(18)} ${String(pid ?? '').padEnd(8)} ${url}`);
  }
  const { addresses } = instancePaths(instance);
  if (existsSync(addresses)) console.log(`addresses: ${addresses}`);
}

async function showLogs(instance: string, name: string | undefined, follow: boolean): Promise<void> {
  const paths = instancePaths(instance);
  const known = existsSync(paths.logs)
    ? readdirSync(paths.logs).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -4)] : []))
    : [];
  if (name !== undefined && !known.includes(name)) {
    throw new Error(`instance ${instance} has no log of "${name}", it has: ${known.join(', ') || 'none'}`);
  }
  if (name !== undefined && follow) {
    const tail = spawn('tail', ['-n', '50', '-F', logFile(paths, name)], { stdio: 'inherit' });
    await new Promise((resolve) => tail.once('close', resolve));
    return;
  }
  for (const each of name === undefined ? known : [name]) {
    console.log(`==> ${each}\n${logTail(logFile(paths, each), name === undefined ? 10 : 100)}\n`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      instance: { type: 'string', default: defaultInstance },
      only: { type: 'string' },
      follow: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, name] = positionals;
  if (values.help || command === undefined) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const { instance } = values;
  switch (command) {
    case 'up': {
      const only = serversOf(values.only);
      await up(instance, only === undefined ? {} : { only });
      say(`addresses: ${instancePaths(instance).addresses}`);
      return 0;
    }
    case 'status':
      await showStatus(instance);
      return 0;
    case 'stop':
      await stop(instance);
      return 0;
    case 'reset':
      await reset(instance);
      return 0;
    case 'logs':
      await showLogs(instance, name, values.follow);
      return 0;
    default:
      console.error(`"${command}" is not a command\n\n${usage}`);
      return 2;
  }
}

runProgram(main);
