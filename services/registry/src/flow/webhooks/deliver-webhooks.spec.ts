import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RegistryUnderTest } from '../registry-under-test.ts';
import { DeliverWebhooks } from './deliver-webhooks.ts';
import type { Sent, WebhookMessage } from './ports.ts';
import type { Webhook } from './webhook-state.ts';

const ok: Sent = { kind: 'answered', status: 200, retryAfterMs: null };
const busy: Sent = { kind: 'answered', status: 503, retryAfterMs: null };
let registry: RegistryUnderTest;
let sent: WebhookMessage[];
let answer: (message: WebhookMessage, signal: AbortSignal) => Promise<Sent>;
let journalIsAway: boolean;
let deliver: DeliverWebhooks;

beforeEach(() => {
  vi.useFakeTimers();
  registry = new RegistryUnderTest();
  sent = [];
  journalIsAway = false;
  answer = async () => ok;
  deliver = new DeliverWebhooks({
    journal: {
      submit: async (command) => {
        if (journalIsAway) throw new Error('away');
        return { ...registry.apply(command), offset: 0, repeated: false };
      },
    },
    state: () => registry.state,
    sender: {
      send: (message, signal) => {
        sent.push(message);
        return answer(message, signal);
      },
    },
    seal: null,
    retries: { attempts: 3, firstWaitMs: 1000, longestWaitMs: 60_000 },
    concurrency: { all: 3, perWebhook: 2 },
    clock: { nowMs: () => Date.now(), random: () => 1 },
  });
});
afterEach(async () => {
  journalIsAway = false;
  // Longer than what is settled again waits; all timers might be endless, as others of the process may tick.
  await Promise.all([deliver.stop(), vi.advanceTimersByTimeAsync(60_000)]);
  vi.useRealTimers();
});

function listen(url: string, sealedSecret: string | null = null): Webhook {
  const applied = registry.apply({
    type: 'create-webhook',
    name: 'hook',
    url,
    events: [{ entity: 'registered_model', action: 'created' }],
    description: null,
    status: 'ACTIVE',
    sealedSecret,
  });
  if (!applied.ok) throw new Error(applied.message);
  return applied.result as Webhook;
}
const idsOf = (messages: readonly WebhookMessage[]) => messages.map(({ headers }) => headers['X-MLflow-Delivery-Id']);

it('is tried again under its id until the receiver takes it', async () => {
  const hook = listen('https://a/');
  registry.create('m');
  answer = async () => (sent.length < 3 ? busy : ok);
  deliver.start();
  await vi.advanceTimersByTimeAsync(999);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2001);
  expect(sent).toHaveLength(3);
  expect(new Set(idsOf(sent)).size).toBe(1);
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
  expect(hook.deliveries).toMatchObject({ delivered: 1, failed: 0, pendingBytes: 0 });
});

it('is given up after so many attempts', async () => {
  const hook = listen('https://a/');
  registry.create('m');
  answer = async () => busy;
  deliver.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(3);
  expect(hook.deliveries.failures).toMatchObject([{ attempts: 3, reason: 'the receiver answered 503' }]);
});

it('a receiver that does not answer holds its own requests and nobody else’s', async () => {
  listen('https://stuck/');
  const well = listen('https://well/');
  for (let index = 0; index < 5; index += 1) registry.create(`m${index}`);
  answer = ({ url }, signal) =>
    url === 'https://well/'
      ? Promise.resolve(ok)
      : new Promise((resolve) => signal.addEventListener('abort', () => resolve(busy)));
  deliver.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(well.deliveries).toMatchObject({ delivered: 5 });
  expect(sent.filter(({ url }) => url === 'https://stuck/')).toHaveLength(2);
});

it('what could not be written into the journal is written when it is back, and not sent again', async () => {
  const hook = listen('https://a/');
  registry.create('m');
  journalIsAway = true;
  deliver.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(hook.deliveries.delivered).toBe(0);
  journalIsAway = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(hook.deliveries.delivered).toBe(1);
  expect(sent).toHaveLength(1);
});

it('nothing goes out unsigned that ought to be signed', async () => {
  const hook = listen('https://a/', 'v1.00000000.AAAA');
  registry.create('m');
  deliver.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([]);
  expect(hook.deliveries.failures[0]?.reason).toContain('MILLRACE_REGISTRY_SECRET_KEY');
});
