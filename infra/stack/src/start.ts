import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readAddresses, type Addresses } from './addresses.ts';
import { build } from './build.ts';
import { preflight } from './fetch/preflight.ts';
import { ensurePython, trainingPackages } from './fetch/python.ts';
import { ownServerNames, refreshAddresses } from './describe-instance.ts';
import { killInstance, stop, up } from './instance.ts';
import { defaultInstance } from './instance-ports.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import { tryLock } from './lock.ts';
import { instancePaths, repositoryRoot } from './paths.ts';
import { Platform } from './platform.ts';
import { runProgram } from './program.ts';
import { say } from './say.ts';
import { recordSupervisor, removeSupervisorRecord } from './supervisor.ts';
import { together } from './together.ts';

const profiles = ['small', 'medium'] as const;
type Profile = (typeof profiles)[number];

/** What infra/demo exports: it plays on a ready platform through public APIs only, and ends early when the signal aborts. */
interface Demo {
  playDemo(options: {
    env: Readonly<Record<string, string>>;
    profile: Profile;
    signal: AbortSignal;
    say: (text: string) => void;
  }): Promise<void>;
}

const usage = `usage: npm start [-- OPTIONS]

  --no-demo              the platform alone
  --profile small|medium size of the demo (small)
  --instance NAME        the stack instance to run on ("${defaultInstance}")
  --help                 this text

Ctrl-C stops everything in order, a second Ctrl-C at once. Data stays: "npm run stack -- reset" deletes it.`;

function printUrls(addresses: Addresses): void {
  const { gateway } = addresses.urls;
  const name = addresses.env['MILLRACE_CLICKHOUSE_ANALYST_USERNAME'];
  // A ClickHouse of the user's own has users of its own.
  const analyst =
    name === undefined ? '' : `   (user ${name}, password ${addresses.env['MILLRACE_CLICKHOUSE_ANALYST_PASSWORD']})`;
  console.log(`
  platform, MLflow tracking   ${gateway}
  API of each service         ${['tracking', 'registry', 'features', 'inference', 'drift']
    .map((name) => `${addresses.urls[name]}/docs`)
    .join('\n                              ')}
  Kafka                       ${addresses.urls['kafka']}
  schema registry             ${addresses.urls['schema-registry']}
  ClickHouse                  ${addresses.urls['clickhouse']}/play${analyst}
  Redis                       ${addresses.urls['redis']}
  all addresses               ${instancePaths(addresses.instance).addresses}
`);
}

async function playDemo(addresses: Addresses, profile: Profile, signal: AbortSignal): Promise<void> {
  const program = path.join(repositoryRoot, 'infra', 'demo', 'src', 'main.ts');
  const demo = (await import(pathToFileURL(program).href)) as Demo;
  await demo.playDemo({ env: addresses.env, profile, signal, say });
}

/** Fetches, builds and starts the servers, all at the same time. */
async function prepare(instance: string, withPython: boolean, interrupted: AbortSignal): Promise<Addresses> {
  await preflight(ownServerNames(process.env), { python: withPython ? [trainingPackages] : [] });
  const python = (signal: AbortSignal): Promise<string> => ensurePython(trainingPackages, signal);
  await together(interrupted, [(signal) => up(instance, { signal }), build, ...(withPython ? [python] : [])]);
  return refreshAddresses(instance);
}

async function run(instance: string, profile: Profile | null): Promise<number> {
  const interrupted = onInterrupt(() => void killInstance(instance).finally(() => process.exit(130)));
  let platform: Platform | null = null;
  try {
    const addresses = await prepare(instance, profile !== null, interrupted);
    platform = new Platform(instance, addresses.env);
    await platform.start(interrupted);
    printUrls(addresses);
    const startedAtMs = Number(process.env['MILLRACE_STARTED_AT_MS'] ?? Date.now());
    say(`the platform is ready ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s after the command was given`);
    const demo = profile === null ? null : playAndReport(addresses, profile, interrupted);
    await Promise.race([demo, aborted(interrupted)]);
    if (!interrupted.aborted) say('the platform keeps running: Ctrl-C stops it');
    await aborted(interrupted);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return 0;
    throw error;
  } finally {
    say('stopping');
    await platform?.stop();
    await stop(instance);
  }
}

/** A demo that fails is shown and leaves the platform running: its state is what one wants to look at. */
async function playAndReport(addresses: Addresses, profile: Profile, signal: AbortSignal): Promise<void> {
  try {
    await playDemo(addresses, profile, signal);
  } catch (error) {
    if (signal.aborted) return;
    say(`the demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      demo: { type: 'boolean', default: true },
      profile: { type: 'string', default: 'small' },
      instance: { type: 'string', default: defaultInstance },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const profile = profiles.find((name) => name === values.profile);
  if (profile === undefined) throw new Error(`--profile ${values.profile}: choose one of ${profiles.join(', ')}`);
  const paths = instancePaths(values.instance);
  const lock = await tryLock(`the platform in ${paths.root}`);
  if (lock === null) {
    const addresses = readAddresses(paths);
    say(
      addresses === null ? 'the platform is already being started by another npm start' : 'the platform runs already',
    );
    if (addresses !== null) printUrls(addresses);
    return 0;
  }
  recordSupervisor(paths);
  try {
    return await run(values.instance, values.demo ? profile : null);
  } finally {
    removeSupervisorRecord(paths);
  }
}

runProgram(main);
