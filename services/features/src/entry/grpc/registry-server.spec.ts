import { connect, type ClientHttp2Session } from 'node:http2';
import { FeastError } from '@millrace/feast-protocol';
import { CodedError } from '@millrace/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frame, unframe } from './grpc-frame.ts';
import { RegistryServer } from './registry-server.ts';

const silent = { debug: () => {}, error: () => {} };
let session: ClientHttp2Session;
const server = new RegistryServer({
  log: silent,
  access: {
    isOn: true,
    signIn: async (_, headers) => {
      if (headers.authorization === undefined) throw new CodedError('ACCESS_NOT_SIGNED_IN', 'nobody has signed in');
    },
    permit: async () => {},
  },
  registry: {
    call: async (method, request) => {
      if (method === 'GetEntity') throw new FeastError('FEAST_ENTITY_NOT_FOUND', 'there is no entity "größe"');
      if (method === 'Fail') throw new RangeError('inner text');
      return request;
    },
  },
});

beforeAll(async () => {
  session = connect(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
});

afterAll(async () => {
  session.close();
  await server.close();
});

interface Reply {
  readonly status: string;
  readonly message: string;
  readonly body: Buffer;
}

function call(path: string, body: Buffer, headers: Record<string, string> = { authorization: 'Bearer x' }) {
  return new Promise<Reply>((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let told: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (found) => (told = { ...told, ...found }));
    stream.on('trailers', (found) => (told = { ...told, ...found }));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () =>
      resolve({
        status: String(told['grpc-status']),
        message: decodeURIComponent(String(told['grpc-message'] ?? '')),
        body: Buffer.concat(chunks),
      }),
    );
    stream.end(body);
  });
}

const registry = '/feast.registry.RegistryServer/';

it('answers a unary call with one message and the status behind it', async () => {
  const reply = await call(`${registry}ListEntities`, frame(Buffer.from('asked')));
  expect(reply.status).toBe('0');
  expect(Buffer.from(unframe(reply.body) ?? []).toString()).toBe('asked');
});

it('refuses with the document that the stock client raises as one of Feast’s exceptions', async () => {
  const { status, message } = await call(`${registry}GetEntity`, frame(Buffer.alloc(0)));
  expect([status, JSON.parse(message)]).toEqual([
    '5',
    { module: 'feast.errors', class: 'EntityNotFoundException', message: 'there is no entity "größe"' },
  ]);
});

it('has a status of gRPC for whatever goes wrong', async () => {
  const empty = frame(Buffer.alloc(0));
  const replies = await Promise.all([
    call('/other.Service/Call', empty),
    call(`${registry}ListEntities`, Buffer.from('no frame')),
    call(`${registry}ListEntities`, frame(Buffer.alloc(70_000))),
    call(`${registry}ListEntities`, empty, {}),
    call(`${registry}Fail`, empty),
  ]);
  expect(replies.map(({ status }) => status)).toEqual(['12', '3', '8', '16', '13']);
  expect(replies[4]?.message).not.toContain('inner text');
});
