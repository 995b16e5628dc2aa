import type { RunEvent } from '@millrace/schemas';
import { beforeEach, expect, it } from 'vitest';
import { factsOf, type RunFact } from '../runs/run-facts.ts';
import { IndexedRun } from './indexed-run.ts';
import { randomEvents } from './search-by-hand.ts';
import { RunIndexes, type IndexStore } from './run-indexes.ts';

/** A store that has what was moved there, read in pages of three. */
class Store implements IndexStore {
  facts: RunFact[] = [];
  loads = 0;
  /** Called between the pages. */
  meanwhile: () => void = () => undefined;

  isDown = false;

  async factsOf(_subject: string, ids: readonly string[]): Promise<RunFact[]> {
    await Promise.resolve();
    if (this.isDown) throw new Error('the store is down');
    return this.facts.filter(({ id }) => ids.includes(id)).reverse();
  }
  async *latestOf(_subject: string, experimentId: string): AsyncGenerator<RunFact[], void, void> {
    this.loads += 1;
    const facts = this.facts.filter((fact) => fact.experimentId === experimentId);
    for (let at = 0; at < facts.length; at += 3) {
      yield await Promise.resolve(facts.slice(at, at + 3));
      this.meanwhile();
    }
  }
}

let store: Store;
let now: number;
let offset: number;
beforeEach(() => {
  store = new Store();
  now = 0;
  offset = 0;
});
const indexesOf = (maxBytes: number) =>
  new RunIndexes(store, { maxBytes, now: () => now, untilStored: () => Promise.resolve() });
const [template] = randomEvents({ runs: 1, seed: 1, experimentId: '1' });
function write(more: Partial<RunEvent>): readonly RunFact[] {
  if (template === undefined) throw new Error('there is no event to write');
  return factsOf({ ...template, ...more }, { partition: 0, offset: (offset += 1) });
}
const create = (id: string, experimentId = '1') => write({ id, experimentId });
const tag = (id: string, value: string) => write({ id, attributes: {}, tags: [{ key: 't', value }] });
async function idsOf(indexes: RunIndexes, ...experiments: string[]): Promise<string[] | null> {
  const found = await indexes.of('run', experiments);
  return found && found.flatMap((index) => Array.from({ length: index.size }, (_, row) => index.idOf(row))).sort();
}

it('an index has what is stored, and what is written afterwards, without asking the store again', async () => {
  store.facts.push(...create('a'), ...create('x', '2'));
  const indexes = indexesOf(1e6);
  expect(await idsOf(indexes, '1')).toEqual(['a']);
  indexes.folded({ facts: create('b') });
  indexes.folded({ facts: create('y', '2') });
  expect(await idsOf(indexes, '1')).toEqual(['a', 'b']);
  expect(store.loads).toBe(1);
});

it('writes that come while it is loaded count, and two searches load once', async () => {
  store.facts.push(...create('a'), ...tag('a', 'old'));
  const indexes = indexesOf(1e6);
  const late = [tag('a', 'new'), create('b')];
  store.meanwhile = () => {
    const facts = late.shift();
    if (facts !== undefined) indexes.folded({ facts });
  };
  const [first] = await Promise.all([indexes.of('run', ['1']), indexes.of('run', ['1'])]);
  expect(first?.[0]?.text('tag', 't')?.get(0)).toBe('new');
  expect(first?.[0]?.size).toBe(2);
  expect(store.loads).toBe(1);
});

it('what breaks off while it is loaded is not held, and loaded anew at the next search', async () => {
  store.facts.push(...create('a'), ...create('b'));
  const indexes = indexesOf(1e6);
  store.meanwhile = () => {
    throw new Error('the answer broke off');
  };
  await expect(indexes.of('run', ['1'])).rejects.toThrow('the answer broke off');
  expect(indexes.heldBytes).toBe(0);
  store.meanwhile = () => undefined;
  expect(await idsOf(indexes, '1')).toEqual(['a', 'b']);
});

it('after a gap in the log everything is loaded anew, also what was being loaded', async () => {
  store.facts.push(...create('a'));
  const indexes = indexesOf(1e6);
  await indexes.of('run', ['1']);
  indexes.skipped();
  store.facts.push(...create('b'));
  store.meanwhile = () => indexes.skipped();
  expect(await idsOf(indexes, '1')).toBeNull();
  store.meanwhile = () => undefined;
  expect(await idsOf(indexes, '1')).toEqual(['a', 'b']);
});

it('stays within its memory: the experiment that was searched longest ago is forgotten', async () => {
  const runs = Array.from({ length: 20 }, (_, index) => `r${index}`);
  for (const experiment of ['1', '2', '3'])
    store.facts.push(...runs.flatMap((id) => create(experiment + id, experiment)));
  const all = indexesOf(1e9);
  await all.of('run', ['1']);
  const ofOne = all.heldBytes;
  const indexes = indexesOf(ofOne * 2.5);
  for (const experiment of ['1', '2', '1', '3']) {
    await indexes.of('run', [experiment]);
    expect(indexes.heldBytes).toBeLessThanOrEqual(ofOne * 2.5);
  }
  const before = store.loads;
  await indexes.of('run', ['1']);
  expect(store.loads).toBe(before);
  await indexes.of('run', ['2']);
  expect(store.loads).toBe(before + 1);
  expect(await indexes.of('run', ['1', '2', '3'])).toBeNull();
});

it('an experiment that does not fit is not loaded at every search, and tried again later', async () => {
  store.facts.push(...Array.from({ length: 200 }, (_, index) => create(`r${index}`)).flat());
  const indexes = indexesOf(5000);
  expect(await indexes.of('run', ['1'])).toBeNull();
  expect(await indexes.of('run', ['1'])).toBeNull();
  expect(store.loads).toBe(1);
  expect(indexes.heldBytes).toBe(0);
  now += 3_600_000;
  await indexes.of('run', ['1']);
  expect(store.loads).toBe(2);
});

/** What the index says of one run: tags and params by key. */
async function runIn(indexes: RunIndexes, id: string): Promise<Record<string, string> | undefined> {
  const [index] = (await indexes.of('run', ['1'])) ?? [];
  const row = Array.from({ length: index?.size ?? 0 }, (_, at) => at).find(
    (at) => index?.exists(at) && index.idOf(at) === id,
  );
  if (row === undefined || index === undefined) return undefined;
  const { params, tags } = new IndexedRun(index, row);
  return Object.fromEntries([...params, ...tags].map(({ key, text }) => [key, text]));
}
const refused = (id: string) =>
  write({ id, attributes: {}, params: [{ key: 'refused', value: '1' }], tags: [{ key: 't', value: 'refused' }] });
const voids = (id: string, facts: readonly RunFact[]) =>
  write({
    id,
    attributes: {},
    params: [],
    tags: [],
    metrics: [],
    datasets: [],
    voids: facts.map((fact) => fact.offset),
  });

it('a write that was not judged here and is named void later counts no more, and what is written meanwhile does', async () => {
  store.facts.push(...create('a'), ...tag('a', 'old'));
  const indexes = indexesOf(1e6);
  await indexes.of('run', ['1']);
  const late = refused('a');
  indexes.folded({ facts: late });
  expect((await runIn(indexes, 'a'))?.['refused']).toBe('1');
  indexes.folded({ facts: voids('a', late) });
  indexes.folded({ facts: create('b') });
  expect((await runIn(indexes, 'a'))?.['t']).toBe('old');
  indexes.folded({ facts: voids('a', late) });
  indexes.folded({ facts: tag('a', 'new') });
  expect(await runIn(indexes, 'a')).toEqual({ t: 'new' });
  expect(await runIn(indexes, 'b')).toBeDefined();
  expect(store.loads).toBe(1);
});

it('a write that is named void while the index is loaded counts no more', async () => {
  const stored = [create('a'), refused('a')];
  store.facts.push(...stored.flat());
  const indexes = indexesOf(1e6);
  const [, late = []] = stored;
  store.meanwhile = () => {
    store.meanwhile = () => undefined;
    store.facts = store.facts.filter((fact) => !late.includes(fact));
    indexes.folded({ facts: voids('a', late) });
  };
  expect(await runIn(indexes, 'a')).toEqual({});
});

it('an index of which a run could not be read anew is loaded again', async () => {
  store.facts.push(...create('a'));
  const indexes = indexesOf(1e6);
  await indexes.of('run', ['1']);
  store.isDown = true;
  indexes.folded({ facts: voids('a', refused('a')) });
  await expect(indexes.of('run', ['1'])).rejects.toThrow('the store is down');
  store.isDown = false;
  expect(await runIn(indexes, 'a')).toBeDefined();
  expect(store.loads).toBe(2);
});
