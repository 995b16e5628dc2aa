import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { choosePort, ensureRedis, kafkaProperties, planKafka } from '@millrace/stack';
import type { ThrowAwayAuthority } from './throw-away-authority.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A server that takes nobody without TLS and a password, in the folder of one test. */
export interface SecuredServer extends AsyncDisposable {
  readonly port: number;
}

const taken = new Set<number>();

/** Apache Kafka with one listener for clients: SASL_SSL, PLAIN and SCRAM-SHA-256. */
export async function securedKafka(
  folder: string,
  authority: ThrowAwayAuthority,
  login: Login,
): Promise<SecuredServer> {
  const [port, plain, controller] = [await freePort(), await freePort(), await freePort()];
  const security = 'org.apache.kafka.common.security';
  const data = path.join(folder, 'kafka');
  const settings = {
    listeners: `PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},SECURE://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain},SECURE://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.secure.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${login.username}="${login.password}";`,
    'listener.name.secure.scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': authority.keyStoreFile,
  };
  const plan = await planKafka(
    {
      data,
      configuration: path.join(folder, 'kafka.properties'),
      // The later line of a name counts.
      properties:
        kafkaProperties(data, plain, controller) +
        Object.entries(settings)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      format: ['--add-scram', `SCRAM-SHA-256=[name=${login.username},password=${login.password}]`],
    },
    new AbortController().signal,
  );
  return started(spawn(plan.command, plan.args, { stdio: 'ignore' }), port);
}

/** Redis on a TLS port with a password. */
export async function securedRedis(
  folder: string,
  authority: ThrowAwayAuthority,
  login: Login,
): Promise<SecuredServer> {
  const port = await freePort();
  const settings = {
    port: '0',
    'tls-port': String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    'tls-cert-file': authority.certificateFile,
    'tls-key-file': authority.keyFile,
    'tls-ca-cert-file': authority.caFile,
    'tls-auth-clients': 'no',
    requirepass: login.password,
  };
  // In a file: a password in the arguments is for everybody to read.
  const configuration = path.join(folder, 'redis.conf');
  writeFileSync(
    configuration,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}"\n`)
      .join(''),
  );
  return started(spawn(await ensureRedis(new AbortController().signal), [configuration], { stdio: 'ignore' }), port);
}

/** TLS before an HTTP server of the stack, and Basic authentication where that one knows no users. */
export async function securedHttp(
  target: string,
  authority: ThrowAwayAuthority,
  login: Login | null,
): Promise<SecuredServer> {
  const port = await freePort();
  const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const options = { cert: readFileSync(authority.certificateFile), key: readFileSync(authority.keyFile) };
  const server = createServer(options, (incoming, outgoing) => {
    const { host: _host, ...headers } = incoming.headers;
    if (wanted !== null && headers.authorization !== wanted) {
      outgoing.writeHead(401).end('no such user');
      return;
    }
    const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const freePort = (): Promise<number> => choosePort([], taken);

/** Resolves when the port takes connections. */
async function started(child: ChildProcess, port: number): Promise<SecuredServer> {
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const dispose = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  };
  return { port, [Symbol.asyncDispose]: dispose };
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
