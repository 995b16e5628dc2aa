import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { choosePort, ensureSeaweedfs } from '@millrace/stack';

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
}

const credentials = { accessKeyId: 'millrace', secretAccessKey: 'millrace-secret' } as const;
const readyTimeoutMs = 300_000;

/** SeaweedFS with its S3 gateway and one bucket, in the folder of one test. */
export async function s3Server(folder: string, bucket: string): Promise<S3Server> {
  const data = path.join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const { accessKeyId, secretAccessKey } = credentials;
  const identity = { name: accessKeyId, credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }] };
  const users = path.join(folder, 's3.json');
  writeFileSync(users, JSON.stringify({ identities: [{ ...identity, actions: ['Admin', 'Read', 'Write', 'List'] }] }));
  const taken = new Set<number>();
  const ports: string[] = [];
  const addresses = new Map<string, string>();
  // Their place is not to be set, and a killed server leaves them.
  const sockets: string[] = [];
  for (const part of ['master', 'volume', 'filer', 's3']) {
    const [port, grpc] = [await choosePort([], taken), await choosePort([], taken)];
    ports.push(`-${part}.port=${port}`, `-${part}.port.grpc=${grpc}`);
    sockets.push(`/tmp/seaweedfs-${part}-grpc-${grpc}.sock`);
    addresses.set(part, `127.0.0.1:${port}.${grpc}`);
  }
  const args = [
    // Logs and sockets would lie in the system's temporary folder and stay there. Sockets take no long paths.
    `-logdir=${folder}`,
    'server',
    '-filer.localSocket=filer.sock',
    '-s3.localSocket=s3.sock',
    `-dir=${data}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    ...ports,
    '-filer',
    '-s3',
    `-s3.config=${users}`,
    '-s3.iam=false',
    // Small volumes: it sets the room of a few aside at the first write.
    '-volume.max=8',
    '-master.volumeSizeLimitMB=128',
    '-master.telemetry=false',
  ];
  const command = await ensureSeaweedfs(new AbortController().signal);
  const log = openSync(path.join(folder, 's3.log'), 'a');
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', log, log] });
  const kill = async (): Promise<void> => {
    await end(child);
    for (const socket of sockets) rmSync(socket, { force: true });
  };
  const endpoint = `http://${addresses.get('s3')?.replace(/\.\d+$/, '')}`;
  await ready(child, endpoint);
  const shell = [
    `-logdir=${folder}`,
    'shell',
    `-master=${addresses.get('master')}`,
    `-filer=${addresses.get('filer')}`,
  ];
  await say(command, shell, `s3.bucket.create -name ${bucket}\n`);
  return { endpoint, region: 'us-east-1', ...credentials, kill, [Symbol.asyncDispose]: kill };
}

/** Gives a program its commands and waits for its end. */
async function say(command: string, args: readonly string[], commands: string): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end(commands);
  if ((await code) !== 0) throw new Error(`${command} ${args.join(' ')} has failed: ${output}`);
}

async function ready(child: ChildProcess, endpoint: string): Promise<void> {
  const until = performance.now() + readyTimeoutMs;
  for (;;) {
    const answer = await fetch(`${endpoint}/healthz`).catch(() => null);
    if (answer?.ok) return;
    if (child.exitCode !== null || performance.now() > until) {
      await end(child);
      throw new Error(`the S3 server does not answer at ${endpoint}: see s3.log in its folder`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}
