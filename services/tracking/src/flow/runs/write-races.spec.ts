import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '@millrace/schemas';
import { CreateRun } from './create-run.ts';
import type { Experiment, ExperimentsState } from '../experiments/experiments.ts';
import { deleteTag } from './delete-tag.ts';
import { LiveRuns } from './live-runs.ts';
import { LogToRun } from './log-to-run.ts';
import { RefusedWrites } from './refused-writes.ts';
import { RunHead } from './run-head.ts';
import { RunWrites, type Write } from './run-writes.ts';
import { SimulatedInstance, SimulatedLog, type Pause } from './simulated-log.ts';

type Stage = Experiment['lifecycleStage'];
interface World {
  readonly log: SimulatedLog;
  stage: Stage;
  readonly pause: Pause;
}

function experimentsOf(world: World): ExperimentsState {
  const experiment = { id: '0', lifecycleStage: world.stage, artifactLocation: 'mlflow-artifacts:/0' } as Experiment;
  return { experiments: new Map([['0', experiment]]) } as unknown as ExperimentsState;
}

let drawn = 0;
function instance(world: World, maxBytes = 1_000_000) {
  const doors = new SimulatedInstance(world.log, world.pause);
  const live = new LiveRuns(doors, doors, { maxBytes, maxCatchUp: 1000, readTimeoutMs: 60_000 });
  const options = { now: () => 1, newId: () => `e${(drawn += 1)}` };
  const refused = new RefusedWrites({ ...options, append: (event) => doors.append(event) });
  live.onRefused(refused);
  const experiments = {
    get state() {
      return experimentsOf(world);
    },
    read: async () => {
      await world.pause('journal');
      return experimentsOf(world);
    },
    submit: () => Promise.reject(new Error('no commands here')),
  };
  const writes = new RunWrites({ live, events: doors, experiments, refused }, options);
  const create = new CreateRun(experiments, writes, { now: () => 1, random: () => 0.5, newRunId: () => `r${drawn}` });
  return { live, writes, create, doors };
}
type Instance = ReturnType<typeof instance>;

/** What the log means, said as plainly as can be: one write after the other, each all or nothing. */
class Model {
  readonly runs = new Map<
    string,
    { deleted: boolean; params: Map<string, string>; tags: Map<string, string>; metrics: Map<string, number> }
  >();
  readonly refused: number[] = [];
  readonly accepted = new Map<string, boolean>();

  constructor(log: SimulatedLog) {
    for (const { event, offset } of log.events) {
      if (event.voids.length > 0) continue;
      const counts = this.#apply(event);
      // A creation that was refused is the repeat of a request, and is answered with its run.
      this.accepted.set(event.actor, counts || event.type === 'created');
      if (!counts) this.refused.push(offset);
    }
  }

  #apply(event: RunEvent): boolean {
    const held = this.runs.get(event.id);
    if ((event.type === 'created') === (held !== undefined)) return false;
    const run = held ?? { deleted: false, params: new Map(), tags: new Map(), metrics: new Map() };
    const stage = event.attributes['lifecycle_stage'];
    if (run.deleted && stage === undefined) return false;
    if (event.params.some(({ key, value }) => (run.params.get(key) ?? value) !== value)) return false;
    this.runs.set(event.id, run);
    if (stage !== undefined) run.deleted = stage === 'deleted';
    for (const { key, value } of event.params) run.params.set(key, value);
    for (const { key, value } of event.tags) run.tags.set(key, value ?? '');
    for (const { key, value, step } of event.metrics)
      if (step >= (run.metrics.get(`${key} step`) ?? -1)) {
        run.metrics.set(`${key} step`, step);
        run.metrics.set(key, value);
      }
    return true;
  }

  shown(id: string) {
    const run = this.runs.get(id);
    if (run === undefined) return null;
    const metrics = [...run.metrics].filter(([key]) => !key.endsWith(' step'));
    return {
      deleted: run.deleted,
      params: byName(run.params),
      tags: byName(run.tags),
      metrics: byName(metrics),
    };
  }
}

function byName<T>(entries: Iterable<readonly [string, T]>) {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function shown(head: RunHead | null) {
  if (head === null || !head.exists) return null;
  return {
    deleted: head.isDeleted,
    params: head.params.map(({ key, text }) => [key, text]),
    tags: head.tags.filter(({ key }) => key.startsWith('t')).map(({ key, text }) => [key, text]),
    metrics: head.metrics.map(({ key, number }) => [key, number]),
  };
}

const runIds = ['x', 'y'] as const;
const letters = fc.constantFrom('a', 'b');
const write = fc.record(
  {
    params: fc.uniqueArray(fc.record({ key: fc.constantFrom('p', 'q'), value: letters }), {
      selector: ({ key }) => key,
      maxLength: 2,
    }),
    tags: fc.array(fc.record({ key: fc.constantFrom('t1', 't2'), value: letters }), { maxLength: 1 }),
    metrics: fc.array(
      fc.record({ step: fc.nat(9) }).map(({ step }) => ({
        key: 'm',
        value: step * 10,
        step,
        timestampMs: step,
        modelId: null,
        runId: null,
        datasetName: null,
        datasetDigest: null,
      })),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
);
const operation = fc.record({
  at: fc.nat(2),
  id: fc.constantFrom(...runIds),
  does: fc.oneof(
    { weight: 2, arbitrary: fc.constant({ is: 'create' as const }) },
    { weight: 8, arbitrary: write.map((says) => ({ is: 'write' as const, says: says as Write })) },
    { weight: 1, arbitrary: fc.constantFrom('deleted', 'active').map((stage) => ({ is: 'stage' as const, stage })) },
    { weight: 2, arbitrary: fc.constant({ is: 'read' as const }) },
  ),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function perform({ writes, live }: Instance, { id, does }: Operation, actor: string): Promise<unknown> {
  switch (does.is) {
    case 'create':
      return writes.create({ subject: 'run', id, experimentId: '0', write: {} }, { actor, requestId: id });
    case 'write':
      return writes.write('run', id, does.says, { type: 'logged', actor });
    case 'stage':
      return writes.write(
        'run',
        id,
        { attributes: { lifecycle_stage: does.stage } },
        { type: 'updated', actor, mayBeDeleted: true },
      );
    case 'read':
      return live.get('run', id);
  }
}

/** Clients that each wait for their answers, all at once. */
async function play(scheduler: Scheduler, instances: readonly Instance[], clients: readonly (readonly Operation[])[]) {
  const answers = new Map<string, boolean>();
  const acknowledged: { readonly id: string; readonly key: string; readonly value: string }[] = [];
  const one = async (operations: readonly Operation[], client: number): Promise<void> => {
    for (const [index, operation] of operations.entries()) {
      const actor = `${client}.${index}`;
      const before = [...acknowledged];
      const { at, does, id } = operation;
      const chosen = instances[at % instances.length];
      if (chosen === undefined) continue;
      const outcome = await perform(chosen, operation, actor).then(
        (value) => ({ ok: true, value }),
        (error: { readonly code: string }) => ({ ok: false, value: error.code }),
      );
      answers.set(actor, outcome.ok);
      if (!outcome.ok) expect(outcome.value).toMatch(/^(INVALID_PARAMETER_VALUE|RESOURCE_DOES_NOT_EXIST)$/);
      if (does.is === 'write' && outcome.ok)
        acknowledged.push(...(does.says.params ?? []).map((param) => ({ id, ...param })));
      if (does.is !== 'read') continue;
      const params = new Map((outcome.value as RunHead | null)?.params.map(({ key, text }) => [key, text]));
      for (const param of before) if (param.id === id) expect(params.get(param.key)).toBe(param.value);
    }
  };
  await scheduler.waitFor(Promise.all(clients.map(one)));
  return answers;
}

describe('writes to the same runs through several instances', () => {
  it('are answered as the log orders them, and every instance, history and search show the same afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(operation, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(1, 1_000_000),
        async (scheduler, clients, maxBytes) => {
          const log = new SimulatedLog();
          const pause: Pause = (what) => scheduler.schedule(Promise.resolve(), what).then(() => undefined);
          const world: World = { log, stage: 'active', pause };
          const instances = [instance(world, maxBytes), instance(world), instance(world, maxBytes)];
          await scheduler.waitFor(Promise.all(instances.map(({ live }) => live.follow())));

          const answers = await play(scheduler, instances, clients);

          const model = new Model(log);
          for (const [actor, counts] of model.accepted) expect([actor, answers.get(actor)]).toEqual([actor, counts]);
          const voided = log.events.flatMap(({ event }) => event.voids);
          expect([...new Set(voided)].sort((a, b) => a - b)).toEqual(model.refused);
          const fresh = instance(world);
          await scheduler.waitFor(fresh.live.follow());
          for (const id of runIds) {
            for (const { live } of [...instances, fresh])
              expect(shown(await scheduler.waitFor(live.get('run', id)))).toEqual(model.shown(id));
            const stored = new RunHead('run', id);
            for (const fact of log.factsBelow(log.events.length, { subject: 'run', ids: [id] })) stored.fold(fact);
            expect(shown(stored)).toEqual(model.shown(id));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

const atOnce: Pause = () => Promise.resolve();
const request = { experimentId: '0', userId: 'u', name: 'n', startTimeMs: 1, tags: [] };

describe('a request id', () => {
  it('makes one run, however often and wherever the request is repeated', async () => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const [one, two] = [instance(world), instance(world)];
    await Promise.all([one.live.follow(), two.live.follow()]);
    const author = { actor: 'a', requestId: 'again' };
    const together = await Promise.all([
      one.create.run(request, author),
      two.create.run(request, author),
      one.create.run(request, author),
    ]);
    const later = instance(world);
    await later.live.follow();
    const ids = new Set([...together, await later.create.run(request, author)].map(({ id }) => id));
    expect(ids.size).toBe(1);
    expect(new Model(world.log).runs.size).toBe(1);
    await expect(
      one.create.run({ ...request, experimentId: '0' }, { actor: 'a', requestId: 'other' }),
    ).resolves.not.toMatchObject({ id: [...ids][0] });
  });

  it('is new without a wait for what is not stored yet, and known from the log before it is stored', async () => {
    const storing = Promise.withResolvers<void>();
    const pause: Pause = (what) => (what === 'store' ? storing.promise : Promise.resolve());
    const world: World = { log: new SimulatedLog(), stage: 'active', pause };
    const [one, two] = [instance(world), instance(world)];
    await Promise.all([one.live.follow(), two.live.follow()]);
    const author = { actor: 'a', requestId: 'of the other' };
    const first = await one.create.run(request, author);
    const repeated = two.create.run(request, author);
    await one.create.run(request, { actor: 'a', requestId: 'new' });
    storing.resolve();
    expect((await repeated).id).toBe(first.id);
    expect(world.log.events).toHaveLength(2);
  });

  it('makes a repeated write change nothing', async () => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const { live, writes, create } = instance(world);
    await live.follow();
    const { id } = await create.run(request, { actor: 'a' });
    const tag = (value: string, requestId: string) =>
      writes.write('run', id, { tags: [{ key: 't', value }] }, { type: 'logged', actor: 'a', requestId });
    await tag('first', '1');
    await tag('second', '2');
    expect((await tag('first', '1')).tag('t')).toBe('second');
    const appended = world.log.events.length;
    const used = { code: 'RESOURCE_CONFLICT', message: expect.stringContaining('"1" was used') as string };
    await expect(tag('third', '1')).rejects.toMatchObject(used);
    expect(world.log.events).toHaveLength(appended);
  });

  it('that was used for a creation is refused for another one', async () => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const [one, two] = [instance(world), instance(world)];
    await Promise.all([one.live.follow(), two.live.follow()]);
    const author = { actor: 'a', requestId: 'k' };
    await one.create.run(request, author);
    const other = { ...request, name: 'another' };
    const used = { code: 'RESOURCE_CONFLICT', message: expect.stringContaining('"k" was used to create') as string };
    await expect(one.create.run(other, author)).rejects.toMatchObject(used);
    await expect(two.create.run(other, author)).rejects.toMatchObject(used);
    expect(world.log.events).toHaveLength(1);
  });

  it('makes a tag that was taken away be taken away again without a complaint, also when the run is deleted by then', async () => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const { live, writes, create } = instance(world);
    await live.follow();
    const { id } = await create.run({ ...request, tags: [{ key: 't', value: 'v' }] }, { actor: 'a' });
    const tag = { subject: 'run' as const, id, key: 't', missing: new Error('no such tag') };
    await deleteTag(writes, tag, { actor: 'a', requestId: '1' });
    await deleteTag(writes, tag, { actor: 'a', requestId: '1' });
    await expect(deleteTag(writes, tag, { actor: 'a', requestId: '2' })).rejects.toThrow('no such tag');
    const stage = { attributes: { lifecycle_stage: 'deleted' } };
    await writes.write('run', id, stage, { type: 'deleted', actor: 'a', mayBeDeleted: true });
    await deleteTag(writes, tag, { actor: 'a', requestId: '1' });
    await expect(deleteTag(writes, tag, { actor: 'a', requestId: '2' })).rejects.toThrow(
      "must be in the 'active' state",
    );
  });
});

describe('an experiment that is deleted while a write is on its way', () => {
  it.each([
    ['a run is created', ({ create }: Instance) => create.run(request, { actor: 'a' })],
    [
      'a tag is set',
      ({ writes }: Instance) =>
        writes.write('run', 'x', { tags: [{ key: 't', value: 'late' }] }, { type: 'logged', actor: 'a' }),
    ],
  ])('refuses it and leaves nothing behind: %s', async (_, act) => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const one = instance(world);
    await one.live.follow();
    await one.writes.create({ subject: 'run', id: 'x', experimentId: '0', write: {} }, { actor: 'a' });
    const acting = act(one);
    world.stage = 'deleted';
    await expect(acting).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    const late = world.log.events.at(1);
    expect(world.log.events.flatMap(({ event }) => event.voids)).toEqual([late?.offset]);
    const head = await one.live.get('run', late?.event.id ?? '');
    expect(head?.tag('t')).toBeUndefined();
    if (late?.event.id !== 'x') expect(head).toBeNull();
  });
});

describe('a creation that was given up and is in the log after all', () => {
  it('is voided: the client was told to come again and does not know the run', async () => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const { live, doors } = instance(world);
    const refused = new RefusedWrites({ now: () => 1, newId: () => 'v', append: (event) => doors.append(event) });
    live.onRefused(refused);
    await live.follow();
    const broken = {
      append: async (event: RunEvent) => {
        world.log.append(event);
        throw Object.assign(new Error('the broker went away'), { isTransient: true });
      },
    };
    const experiments = {
      state: experimentsOf(world),
      read: async () => experimentsOf(world),
      submit: () => Promise.reject(new Error('none')),
    };
    const writes = new RunWrites({ live, events: broken, experiments, refused }, { now: () => 1, newId: () => 'lost' });
    await expect(
      writes.create({ subject: 'run', id: 'z', experimentId: '0', write: {} }, { actor: 'a' }),
    ).rejects.toThrow('went away');
    await expect.poll(() => refused.open).toBe(1);
    await refused.repair();
    expect(await live.get('run', 'z')).toBeNull();
    expect(refused.open).toBe(0);
  });
});

describe('models that several clients log to one run at once', () => {
  it('are all in its tag, whichever instance took them, and a repeat adds none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(1, 1_000_000), async (scheduler, maxBytes) => {
        const pause: Pause = (what) => scheduler.schedule(Promise.resolve(), what).then(() => undefined);
        const world: World = { log: new SimulatedLog(), stage: 'active', pause };
        const instances = [instance(world, maxBytes), instance(world)];
        const logs = instances.map(({ writes }) => new LogToRun(writes));
        await scheduler.waitFor(Promise.all(instances.map(({ live }) => live.follow())));
        const [first] = instances;
        await scheduler.waitFor(
          first?.writes.create({ subject: 'run', id: 'x', experimentId: '0', write: {} }, { actor: 'a' }) ??
            Promise.reject(new Error('no instance')),
        );
        const log = async (index: number) =>
          logs[index % 2]?.addToHistory('x', `{"model":${index}}`, { actor: 'a', requestId: `k${index}` });
        await scheduler.waitFor(Promise.all([0, 1, 2, 3].map(log)));
        await scheduler.waitFor(Promise.all([log(0), log(3)]));
        const fresh = instance(world);
        await scheduler.waitFor(fresh.live.follow());
        for (const { live } of [...instances, fresh]) {
          const tag = (await scheduler.waitFor(live.get('run', 'x')))?.tag('mlflow.log-model.history') ?? '';
          const models = (JSON.parse(tag) as { model: number }[]).map(({ model }) => model);
          expect(models.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a batch that changes a param', () => {
  it.each([1, 2])('leaves neither its metrics nor its tags nor its other params, over %i instances', async (count) => {
    const world: World = { log: new SimulatedLog(), stage: 'active', pause: atOnce };
    const instances = Array.from({ length: count }, () => instance(world));
    for (const { live } of instances) await live.follow();
    const [one] = instances;
    const last = instances.at(-1);
    if (one === undefined || last === undefined) throw new Error('no instance');
    const { id } = await one.create.run(request, { actor: 'a' });
    await new LogToRun(one.writes).param(id, { key: 'p', value: '1' }, { actor: 'a' });
    const metric = { key: 'm', value: 1, step: 0, timestampMs: 1, modelId: null, runId: null };
    const batch = {
      metrics: [{ ...metric, datasetName: null, datasetDigest: null }],
      params: [
        { key: 'new', value: '1' },
        { key: 'p', value: '2' },
      ],
      tags: [{ key: 't', value: '1' }],
    };
    await expect(new LogToRun(last.writes).run(id, batch, { actor: 'a' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining("'old_value': '1', 'new_value': '2'") as string,
    });
    const fresh = instance(world);
    await fresh.live.follow();
    for (const { live } of [...instances, fresh])
      expect(shown(await live.get('run', id))).toEqual({ deleted: false, params: [['p', '1']], tags: [], metrics: [] });
  });
});
