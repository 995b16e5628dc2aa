import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ownServerNames } from './describe-instance.ts';
import { preflight } from './fetch/preflight.ts';
import { readAddresses } from './addresses.ts';
import { reset, stop, up } from './instance.ts';
import { defaultInstance } from './instance-ports.ts';
import { onInterrupt } from './interrupt.ts';
import { instancePaths } from './paths.ts';
import { runProgram } from './program.ts';
import { say } from './say.ts';
import { logFile, logTail } from './server-process.ts';
import { isServerName, serverNames, type ServerName } from './servers/server.ts';
import { serviceNames } from './service-names.ts';
import { areUp, status } from './status.ts';
import { runningSupervisor } from './supervisor.ts';

const usage = `usage: npm run stack -- COMMAND [--instance NAME]

  up [--only SERVER,…]   start the servers that don't run yet and wait until they answer
  status                 which servers and services run, and where; exit code 1 when one that was started is down
  stop                   stop the platform or the servers in order; data stays
  reset                  stop all of it and delete data, logs and ports
  logs [NAME] [--follow] the end of every log, or of one: ${serverNames.join(', ')} or a service

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

/** True when everything that was started is up: the servers of the addresses file and, under an `npm start`, the services. */
async function showStatus(instance: string): Promise<boolean> {
  const paths = instancePaths(instance);
  const statuses = await status(instance);
  for (const { name, state, pid, url } of statuses) {
    console.log(`${name.padEnd(16)} ${state.padEnd(18)} ${String(pid ?? '').padEnd(8)} ${url}`);
  }
  const supervisor = runningSupervisor(paths);
  if (supervisor !== null) console.log(`npm start        runs               ${supervisor.pid}`);
  const addresses = readAddresses(paths);
  if (addresses === null) return false;
  console.log(`addresses: ${paths.addresses}`);
  return areUp([...Object.keys(addresses.pids), ...(supervisor === null ? [] : serviceNames)], statuses);
}

async function startServers(instance: string, only: readonly ServerName[] | undefined): Promise<number> {
  const interrupted = onInterrupt(() => process.exit(130));
  try {
    const own = ownServerNames(process.env).filter((name) => only === undefined || only.includes(name));
    await preflight(own, { python: [] });
    await up(instance, { signal: interrupted, ...(only && { only }) });
  } catch (error) {
    if (!interrupted.aborted) throw error;
    say('interrupted: "npm run stack -- stop" ends the servers that run');
    return 130;
  }
  say(`addresses: ${instancePaths(instance).addresses}`);
  return 0;
}

async function showLogs(instance: string, name: string | undefined, follow: boolean): Promise<void> {
  const paths = instancePaths(instance);
  const known = existsSync(paths.logs)
    ? readdirSync(paths.logs).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -4)] : []))
    : [];
  if (name !== undefined && !known.includes(name)) {
    throw new Error(`instance ${instance} has no log of "${name}", it has: ${known.join(', ') || 'none'}`);
  }
  const shown = name === undefined ? known : [name];
  if (follow && shown.length > 0) {
    const files = shown.map((each) => logFile(paths, each));
    const tail = spawn('tail', ['-n', name === undefined ? '10' : '50', '-F', ...files], { stdio: 'inherit' });
    await new Promise((resolve) => tail.once('close', resolve));
    return;
  }
  for (const each of shown) {
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
    case 'up':
      return startServers(instance, serversOf(values.only));
    case 'status':
      return (await showStatus(instance)) ? 0 : 1;
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
