import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { EventsError, TransientError } from './errors.ts';
import { SchemaRegistry } from './schema-registry.ts';

const schema = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'socket', type: 'string' }] });

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What becomes of a registration when the registry does this to the request that carries the schema. */
async function registering(
  answer: (response: ServerResponse) => void,
  settingsFirst: readonly number[] = [],
): Promise<unknown> {
  const settings = [...settingsFirst];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () =>
      request.method === 'POST'
        ? answer(response)
        : reply(response, settings.shift() ?? 200, { compatibilityLevel: 'BACKWARD_TRANSITIVE' }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = new SchemaRegistry({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  try {
    return await registry.register('s-value', schema).catch((error: unknown) => error);
  } finally {
    registry.close();
    server.closeAllConnections();
    server.close();
  }
}

test('two processes that make the setting of a subject at once both register', async () => {
  const registered = (response: ServerResponse): void => reply(response, 200, { id: 7 });
  expect(await registering(registered, [409])).toBe(7);
  expect(await registering(registered, [409, 409])).toBeInstanceOf(TransientError);
});

test('a registry that dies in the middle of a registration is an outage, not a refusal', async () => {
  expect(await registering((response) => response.destroy())).toBeInstanceOf(TransientError);
});

test('a schema that the registry refuses is a coded error, whatever its words', async () => {
  const refused = await registering((response) => {
    reply(response, 422, { error_code: 42201, message: 'field socket is not allowed' });
  });
  expect(refused).toBeInstanceOf(EventsError);
  expect(refused).toMatchObject({ code: 'EVENTS_REGISTRY_REFUSED' });
});
