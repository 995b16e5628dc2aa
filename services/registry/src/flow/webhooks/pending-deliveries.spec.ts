import { beforeEach, expect, it } from 'vitest';
import { RegistryUnderTest } from '../registry-under-test.ts';
import type { Webhook } from './webhook-state.ts';
import type { WebhookEvent } from './webhook-events.ts';

let registry: RegistryUnderTest;
beforeEach(() => {
  registry = new RegistryUnderTest();
});

function listen(...events: WebhookEvent[]): Webhook {
  const applied = registry.apply({
    type: 'create-webhook',
    name: 'hook',
    url: 'https://example.org/',
    events,
    description: null,
    status: 'ACTIVE',
    sealedSecret: null,
  });
  if (!applied.ok) throw new Error(applied.message);
  return applied.result as Webhook;
}
const heard = ({ deliveries }: Webhook) =>
  [...deliveries.pending.values()].map(({ event, data }) => [`${event.entity}.${event.action}`, data]);
const all = (
  [
    ['registered_model', ['created']],
    ['model_version', ['created']],
    ['model_version_tag', ['set', 'deleted']],
    ['model_version_alias', ['created', 'deleted']],
    ['prompt', ['created']],
    ['prompt_version', ['created']],
    ['prompt_tag', ['set', 'deleted']],
    ['prompt_version_tag', ['set', 'deleted']],
    ['prompt_alias', ['created', 'deleted']],
  ] as const
).flatMap(([entity, actions]) => actions.map((action) => ({ entity, action })));

it('a model is told of in MLflow’s payloads', () => {
  const hook = listen(...all);
  registry.apply({ type: 'create-model', name: 'm', description: null, tags: [{ key: 'k', value: 'v' }] });
  registry.register({ name: 'm', description: 'first', tags: [{ key: 'k', value: 'v' }] });
  registry.apply({ type: 'tag-model', name: 'm', key: 'k', value: 'of no interest to MLflow' });
  registry.apply({ type: 'tag-version', name: 'm', version: 1, key: 'k', value: 'w' });
  registry.apply({ type: 'tag-version', name: 'm', version: 1, key: 'k', value: null });
  registry.apply({ type: 'set-alias', name: 'm', alias: 'champion', version: 1, artifact: null });
  registry.apply({ type: 'delete-alias', name: 'm', alias: 'champion' });
  expect(heard(hook)).toEqual([
    ['registered_model.created', { name: 'm', tags: { k: 'v' }, description: '' }],
    [
      'model_version.created',
      { name: 'm', version: '1', source: 'runs:/r1/model', run_id: 'r1', tags: { k: 'v' }, description: 'first' },
    ],
    ['model_version_tag.set', { name: 'm', version: '1', key: 'k', value: 'w' }],
    ['model_version_tag.deleted', { name: 'm', version: '1', key: 'k' }],
    ['model_version_alias.created', { name: 'm', alias: 'champion', version: '1' }],
    ['model_version_alias.deleted', { name: 'm', alias: 'champion' }],
  ]);
});

it('a prompt is told of as one, without the tags that say that it is', () => {
  const hook = listen(...all);
  const tags = [
    { key: 'mlflow.prompt.is_prompt', value: 'true' },
    { key: '_mlflow_prompt_type', value: 'text' },
  ];
  registry.apply({ type: 'create-model', name: 'p', description: 'd', tags: [...tags, { key: 'k', value: 'v' }] });
  registry.register({ name: 'p', tags: [...tags, { key: 'mlflow.prompt.text', value: 'Hello {{name}}' }] });
  registry.apply({ type: 'tag-model', name: 'p', key: 'k', value: 'w' });
  registry.apply({ type: 'tag-model', name: 'p', key: 'k', value: null });
  registry.apply({ type: 'tag-version', name: 'p', version: 1, key: 'k', value: 'w' });
  registry.apply({ type: 'set-alias', name: 'p', alias: 'a', version: 1, artifact: null });
  expect(heard(hook)).toEqual([
    ['prompt.created', { name: 'p', tags: { k: 'v' }, description: 'd' }],
    ['prompt_version.created', { name: 'p', version: '1', template: 'Hello {{name}}', tags: {}, description: null }],
    ['prompt_tag.set', { name: 'p', key: 'k', value: 'w' }],
    ['prompt_tag.deleted', { name: 'p', key: 'k' }],
    ['prompt_version_tag.set', { name: 'p', version: '1', key: 'k', value: 'w' }],
    ['prompt_alias.created', { name: 'p', alias: 'a', version: '1' }],
  ]);
});

it('a command that is refused and a webhook that asked for another event make no delivery', () => {
  const models = listen({ entity: 'registered_model', action: 'created' });
  const prompts = listen({ entity: 'prompt', action: 'created' });
  registry.create('m');
  registry.create('m');
  expect([heard(models).length, heard(prompts).length]).toEqual([1, 0]);
});

it('each delivery has an id of its own, the same on every instance', () => {
  const ids = [0, 1].map(() => {
    registry = new RegistryUnderTest();
    const hooks = [listen(...all), listen(...all)];
    registry.create('a');
    registry.create('b');
    return hooks.flatMap(({ deliveries }) => [...deliveries.pending.keys()]);
  });
  expect(ids[0]).toEqual(ids[1]);
  expect(new Set(ids[0]).size).toBe(4);
  for (const id of ids[0] ?? [])
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('what became of a delivery counts once', () => {
  const hook = listen(...all);
  registry.create('a');
  registry.create('b');
  const [first = '', second = ''] = hook.deliveries.pending.keys();
  const end = { webhookId: hook.id, attempts: 2, endedAtMs: 9000 };
  const settled = [
    { ...end, deliveryId: first, failure: null },
    { ...end, deliveryId: second, failure: 'the receiver answered 404' },
  ];
  registry.apply({ type: 'settle-deliveries', settled });
  registry.apply({ type: 'settle-deliveries', settled });
  expect(hook.deliveries).toMatchObject({
    pendingBytes: 0,
    delivered: 1,
    failed: 1,
    lastDeliveredAtMs: 9000,
    failures: [{ id: second, attempts: 2, failedAtMs: 9000, reason: 'the receiver answered 404' }],
  });
  expect(hook.deliveries.pending.size).toBe(0);
});

it('of a receiver that takes nothing only so many wait, and the rest is given up where it can be seen', () => {
  const hook = listen({ entity: 'registered_model', action: 'created' });
  for (let index = 0; index < 1003; index += 1) registry.create(`m${index}`);
  expect(hook.deliveries.pending.size).toBe(1000);
  expect(hook.deliveries.failed).toBe(3);
  expect(hook.deliveries.failures.at(-1)?.reason).toContain('1000 deliveries wait already');
});

it('switched off, a webhook hears neither what waits nor what comes', () => {
  const hook = listen(...all);
  registry.create('a');
  registry.apply({ type: 'update-webhook', id: hook.id, status: 'DISABLED' });
  registry.create('b');
  expect(hook.deliveries).toMatchObject({ pendingBytes: 0, failed: 0 });
  expect(hook.deliveries.pending.size).toBe(0);
});
