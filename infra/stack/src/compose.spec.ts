import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DCLinter } from 'dclint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { platformEnv } from './addresses.ts';
import { instancePaths, repositoryRoot } from './paths.ts';
import { allocatorEnv, nodeFlagsOf, serviceNames, servicePorts, serviceUrls } from './service-names.ts';
import { allServers } from './servers/all.ts';
import { clickhouseUsers } from './servers/clickhouse-configuration.ts';
import { kafkaProperties } from './servers/kafka-configuration.ts';
import { versions } from './versions.ts';

interface ComposeService {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

const file = path.join(repositoryRoot, 'docker-compose.yml');
const compose = parse(readFileSync(file, 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

function service(name: string): ComposeService {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

const usualPorts = [...allServers.flatMap((server) => server.ports), ...servicePorts];
const paths = instancePaths('compose');

test('the file fits the schema of the Compose specification', () => {
  const linter = new DCLinter({
    rules: { 'invalid-schema': 2, 'no-duplicate-exported-ports': 2, 'no-duplicate-container-names': 2 },
    quiet: true,
    debug: false,
    exclude: [],
  });
  // The linter's declarations leave out file extensions, which this module resolution can't follow.
  const results = linter.lintFiles([file], false) as { messages: { type: string; message: string }[] }[];
  const errors = results.flatMap(({ messages }) => messages.filter(({ type }) => type === 'error'));
  expect(errors).toEqual([]);
});

test('every server and every service is there, on a pinned image, with a healthcheck', () => {
  expect(Object.keys(compose.services).sort()).toEqual([...allServers.map(({ name }) => name), ...serviceNames].sort());
  for (const [name, each] of Object.entries(compose.services)) {
    expect(each.healthcheck?.test.length, name).toBeGreaterThan(1);
    expect(each.image, name).toMatch(/:(?!latest$)[\w.-]+$/);
  }
  expect(service('kafka').image).toBe(`apache/kafka:${versions.kafka}`);
  expect(service('schema-registry').image).toBe(`apicurio/apicurio-registry:${versions.apicurio}`);
});

test('the ports on the host are the usual ones of the local stack, on loopback only', () => {
  const published = Object.values(compose.services).flatMap((each) => each.ports);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  const host = published.map((port) => Number(port.split(':')[1])).sort((a, b) => a - b);
  const internal = ['kafka-controller', 'schema-registry-management'];
  const usual = usualPorts.filter(({ name }) => !internal.includes(name)).map((port) => port.usual);
  expect(host).toEqual(usual.sort((a, b) => a - b));
});

test('services get the same variables as from the local stack', () => {
  const ports = Object.fromEntries(usualPorts.map(({ name, usual }) => [name, usual]));
  const analystOnly = /^MILLRACE_CLICKHOUSE_ANALYST_/;
  // In a container a service listens on every address, so whether people sign in must be said; and nothing draws a key there.
  const said = [
    ...namesIn('libs/people/src/access-config.ts', /MILLRACE_AUTH[A-Z_]*/g),
    ...['SECRET_KEY', 'WEBHOOK_SCHEMES', 'WEBHOOK_ALLOW_PRIVATE'].map((name) => `MILLRACE_REGISTRY_${name}`),
  ];
  const local = Object.keys({
    ...Object.assign({}, ...allServers.map((server) => server.env({ paths, ports }))),
    ...platformEnv(paths),
    ...serviceUrls(ports).env,
    MILLRACE_PORT: '',
  }).filter((name) => !analystOnly.test(name));
  for (const name of serviceNames) {
    expect(Object.keys(service(name).environment ?? {}).sort(), name).toEqual([...local, ...said].sort());
    expect(service(name).environment?.['MILLRACE_PORT']).toBe(ports[name]);
    expect(service(name).command).toEqual(['node', ...nodeFlagsOf(name), `services/${name}/dist/main.js`]);
  }
});

test('the image sets the allocator as a service that is started here has it', () => {
  const dockerfile = readFileSync(path.join(repositoryRoot, 'infra/stack/Dockerfile'), 'utf8');
  const settings = Object.entries(allocatorEnv).map(([name, value]) => `${name}=${value}`);
  expect(dockerfile).toContain(`ENV ${settings.join(' ')}\n`);
});

function namesIn(file: string, pattern: RegExp): string[] {
  return [...new Set(readFileSync(path.join(repositoryRoot, file), 'utf8').match(pattern) ?? [])].filter(
    (name) => !name.endsWith('_'),
  );
}

/** Every name that the sources of the services or of what they are built with mention. */
function configuredNames(): Set<string> {
  const names = new Set<string>();
  for (const group of ['libs', 'services']) {
    const folder = path.join(repositoryRoot, group);
    for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(entry) || entry.endsWith('.spec.ts') || entry.startsWith('testing/')) continue;
      for (const [name] of readFileSync(path.join(folder, entry), 'utf8').matchAll(/MILLRACE_[A-Z_]+/g))
        names.add(name);
    }
  }
  return names;
}

test('every variable in the file is one that the configuration of a service knows', () => {
  const known = configuredNames();
  const given = new Set(serviceNames.flatMap((name) => Object.keys(service(name).environment ?? {})));
  // The gateway's own address is for its clients.
  given.delete('MILLRACE_GATEWAY_URL');
  expect([...given].filter((name) => !known.has(name))).toEqual([]);
});

test('addresses between containers name services of the file, and services wait for healthy servers', () => {
  const environment = service('gateway').environment ?? {};
  const addresses = Object.entries(environment).filter(([name]) => /_(URL|BROKERS)$/.test(name));
  for (const [, value] of addresses) {
    const host = new URL(String(value).includes('://') ? String(value) : `tcp://${value}`).hostname;
    expect(Object.keys(compose.services)).toContain(host);
  }
  for (const name of serviceNames) {
    const waits = Object.entries(service(name).depends_on ?? {});
    expect(waits.map(([server]) => server).sort()).toEqual(allServers.map((server) => server.name).sort());
    for (const [, { condition }] of waits) expect(condition).toBe('service_healthy');
  }
});

test('named volumes are declared', () => {
  const used = Object.values(compose.services)
    .flatMap((each) => each.volumes ?? [])
    .map((volume) => String(volume.split(':')[0]));
  expect(used.filter((name) => !name.startsWith('.') && !(name in compose.volumes))).toEqual([]);
});

test('Kafka has the settings of the local broker', () => {
  const addressing =
    /^(node\.id|broker\.|process|controller|listener|advertised|inter|log\.dirs|num\.|log\.cleaner|offsets\.topic\.num|transaction\.state\.log\.num)/;
  const local = kafkaProperties('/data', 9092, 9093)
    .trim()
    .split('\n')
    .filter((line) => !addressing.test(line));
  const environment = service('kafka').environment ?? {};
  const image = Object.entries(environment).map(
    ([name, value]) =>
      `${name
        .replace(/^KAFKA_/, '')
        .toLowerCase()
        .replaceAll('_', '.')}=${value}`,
  );
  expect(local.filter((line) => !image.includes(line))).toEqual([]);
});

test('the analyst has the same limits and grants as in the local stack', () => {
  const mounted = readFileSync(path.join(repositoryRoot, 'infra', 'stack', 'clickhouse-analyst.xml'), 'utf8');
  const analyst = (xml: string): string[] =>
    ['profiles', 'users'].map((part) => {
      const whole = new RegExp(`<${part}>[\\s\\S]*?<analyst>([\\s\\S]*?)</analyst>`).exec(xml)?.[1] ?? part;
      return whole.replace(/<networks>.*<\/networks>/, '').replaceAll(/\s+/g, '');
    });
  expect(analyst(mounted)).toEqual(analyst(clickhouseUsers));
});
