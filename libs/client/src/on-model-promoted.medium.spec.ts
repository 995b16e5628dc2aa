import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventId } from '@millrace/events';
import { topics, type ModelPromoted, type PromotionEnded } from '@millrace/schemas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClientTestBed } from './client-test-bed.ts';
import { onModelPromoted, type ModelPromotedOptions, type Subscription } from './on-model-promoted.ts';

let bed: ClientTestBed;
let open: (() => Promise<void>)[];
beforeEach(async () => {
  bed = await ClientTestBed.open();
  open = [];
  await bed.bus.topics.ensure([topics['registry.model-promoted'], topics['registry.promotion-ended']]);
});
afterEach(async () => {
  for (const close of open) await close();
  await bed[Symbol.asyncDispose]();
});

/** Promotion `n` puts version n in charge. */
function promotion(n: number, { model = 'fraud', target = 'alias:champion' } = {}): ModelPromoted {
  const identity = {
    lane: 'registry',
    sourceTopic: bed.topic('registry.journal'),
    generation: 0,
    sourcePartition: 0,
    sourceOffset: n,
  };
  return {
    ...identity,
    eventId: eventId(identity),
    model,
    version: String(n),
    previousVersion: n === 1 ? null : String(n - 1),
    target,
    artifactHash: 'ab',
    artifactUri: 'runs:/1/model',
    runId: null,
    actor: 'test',
    promotedAtMs: n,
    before: null,
    after: null,
  };
}

async function publish(...promotions: ModelPromoted[]): Promise<void> {
  const writer = await bed.bus.writerFor(topics['registry.model-promoted']);
  const topic = bed.bus.topics.name('registry.model-promoted');
  await bed.bus
    .producer()
    .send(
      promotions.map((value) => ({ topic, partition: 0, key: Buffer.from(value.model), value: writer.encode(value) })),
    );
}

/** Deletes the alias of a model after promotion `n`. */
async function endAfter(n: number, model: string): Promise<void> {
  const {
    artifactHash: _hash,
    artifactUri: _uri,
    runId: _run,
    promotedAtMs,
    version,
    ...rest
  } = promotion(n, { model });
  const ended: PromotionEnded = { ...rest, previousVersion: version, reason: 'test', endedAtMs: promotedAtMs };
  const writer = await bed.bus.writerFor(topics['registry.promotion-ended']);
  const topic = bed.bus.topics.name('registry.promotion-ended');
  await bed.bus.producer().send([{ topic, partition: 0, key: null, value: writer.encode(ended) }]);
}

async function follow(
  options: Partial<ModelPromotedOptions> = {},
): Promise<{ told: string[]; subscription: Subscription }> {
  const told: string[] = [];
  const subscription = await onModelPromoted(bed.bus, {
    group: 'listener',
    onPromoted: async ({ model, target, version }) => void told.push(`${model} ${target} ${version}`),
    ...options,
  });
  open.push(() => subscription.stop());
  return { told, subscription };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a newcomer is told the versions in force, then what happens next', async () => {
  await publish(
    promotion(1),
    promotion(2, { model: 'churn' }),
    promotion(3),
    promotion(4, { target: 'stage:Production' }),
    promotion(5),
  );
  const { told } = await follow();
  await until(() => told.length === 3);
  await publish(promotion(6));
  await until(() => told.length === 4);
  expect(told).toEqual([
    'churn alias:champion 2',
    'fraud stage:Production 4',
    'fraud alias:champion 5',
    'fraud alias:champion 6',
  ]);
});

test('a newcomer is not told of a charge that has ended, but of one that came after the end', async () => {
  await publish(promotion(1), promotion(2, { model: 'churn' }), promotion(5));
  await endAfter(3, 'churn');
  await endAfter(4, 'fraud');
  const { told } = await follow();
  await until(() => told.length > 0);
  await publish(promotion(6));
  await until(() => told.length > 1);
  expect(told).toEqual(['fraud alias:champion 5', 'fraud alias:champion 6']);
});

test('one who was there before is told what it missed, in order, and nothing twice', async () => {
  await publish(promotion(1));
  const first = await follow();
  await until(() => first.told.length === 1);
  await first.subscription.stop();
  await publish(promotion(2), promotion(3), promotion(3), promotion(2), promotion(4));
  const { told } = await follow();
  await until(() => told.length >= 3);
  await publish(promotion(5));
  await until(() => told.length === 4);
  expect(told.map((text) => text.split(' ')[2])).toEqual(['2', '3', '4', '5']);
});

test('only the promotions of one model are told when that is asked for', async () => {
  const { told } = await follow({ model: 'churn' });
  await publish(promotion(1), promotion(2, { model: 'churn' }));
  await until(() => told.length === 1);
  expect(told).toEqual(['churn alias:champion 2']);
});

test('a subscriber that fails is told again before anything else', async () => {
  const attempts: string[] = [];
  const { subscription } = await follow({
    onPromoted: async ({ version }) => {
      attempts.push(version);
      if (version === '2' && attempts.length < 4) throw new Error('not now');
    },
  });
  await publish(promotion(1), promotion(2), promotion(3));
  await until(() => attempts.includes('3'));
  expect(attempts).toEqual(['1', '2', '2', '2', '3']);
  expect(subscription.status.stopped).toEqual([]);
});

test('killed before it acknowledges, again and again, it handles 20 promotions in order', async () => {
  const group = 'killed';
  const promotions = Array.from({ length: 20 }, (_, i) => promotion(i + 1));
  const told: string[] = [];
  // Joined before the first promotion: nothing of it is history.
  const early = await follow({ group });
  await publish(promotion(0, { model: 'other' }));
  await until(() => early.told.length === 1);
  await early.subscription.stop();
  await publish(...promotions);
  for (const dieAt of [3, 1, 7]) await runChild({ group, dieAt }, told);
  await runChild({ group, dieAt: 0, until: promotions.at(-1)?.eventId ?? '' }, told);
  // A promotion whose handling was cut off comes again under the same id, at once and before any other.
  const withoutRepeats = told.filter((id, i) => id !== told[i - 1]);
  expect(withoutRepeats).toEqual(promotions.map(({ eventId }) => eventId));
  expect(told.length).toBe(23);
}, 300_000);

interface ChildRun {
  readonly group: string;
  /** Which promotion it dies of; 0 lives. */
  readonly dieAt: number;
  readonly until?: string;
}

/** A process that ends by its own hand, or is ended when it was told of `until`. */
async function runChild({ group, dieAt, until: last }: ChildRun, told: string[]): Promise<void> {
  const program = fileURLToPath(new URL('promotion-child-for-tests.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', program, group, String(dieAt)], {
    env: { ...process.env, ...bed.namespace.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  for await (const id of createInterface({ input: child.stdout })) {
    told.push(id);
    if (id === last) {
      // It has been told of the last one: what follows is its acknowledgement.
      child.kill('SIGKILL');
    }
  }
  await closed;
}
