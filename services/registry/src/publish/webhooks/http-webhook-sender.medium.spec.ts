import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HttpWebhookSender } from './http-webhook-sender.ts';

let asked = 0;
const server = createServer((_, response) => {
  asked += 1;
  response.writeHead(429, { 'retry-after': '7' }).end('busy');
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
const port = (): number => (server.address() as AddressInfo).port;
const senderOf = (allowPrivateAddresses: boolean) =>
  new HttpWebhookSender({ schemes: ['http'], allowPrivateAddresses, timeoutMs: 5000 });
const send = (sender: HttpWebhookSender, url: string) =>
  sender.send({ url, headers: {}, body: '{}' }, new AbortController().signal);

it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '127.1', '0x7f000001', '2130706433'])(
  'a private address is neither taken nor connected to, written as %s',
  async (host) => {
    const url = `http://${host}:${port()}/`;
    const before = asked;
    await expect(senderOf(false).check(url)).rejects.toThrow('must not resolve to a non-public IP address');
    expect(await send(senderOf(false), url)).toMatchObject({ kind: 'unanswered', isFinal: true });
    expect(asked).toBe(before);
  },
);

it('where it is allowed the receiver is asked and what it says comes back', async () => {
  const url = `http://localhost:${port()}/`;
  await senderOf(true).check(url);
  expect(await send(senderOf(true), url)).toEqual({
    kind: 'answered',
    status: 429,
    retryAfterMs: 7000,
    text: 'busy',
  });
});
