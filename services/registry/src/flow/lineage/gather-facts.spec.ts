import { expect, it } from 'vitest';
import { GatherFacts } from './gather-facts.ts';
import { readDataPointers } from './read-data-pointer.ts';
import type { TrackedRun } from './version-facts.ts';

const oid = 'ab'.repeat(32);
const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`;
const dvc = 'outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 37891850\n  hash: md5\n  path: data.xml\n';

it.each([
  [
    'data/train.dvc',
    dvc,
    [{ path: 'data/data.xml', tool: 'dvc', hash: 'md5:a304afb96060aad90176268345e10355', sizeBytes: 37_891_850 }],
  ],
  ['old.dvc', 'outs:\n- md5: d41d8\n  path: a\n', [{ path: 'a', tool: 'dvc', hash: 'md5:d41d8', sizeBytes: null }]],
  ['train.csv', lfs, [{ path: 'train.csv', tool: 'git-lfs', hash: `sha256:${oid}`, sizeBytes: 12_345 }]],
  [
    'train.csv',
    lfs.replaceAll('\n', '\r\n'),
    [{ path: 'train.csv', tool: 'git-lfs', hash: `sha256:${oid}`, sizeBytes: 12_345 }],
  ],
  ['broken.csv', lfs.replace(oid, 'zz'), []],
  ['notes.txt', 'version 2 of the notes', []],
  ['empty.dvc', 'outs: []', []],
  ['text.dvc', ': : [', []],
  ['nothing.dvc', '', []],
])('%s with %j points to %j', (path, text, pointers) => {
  expect(readDataPointers(path, text)).toEqual(pointers);
});

const run: TrackedRun = {
  tags: new Map([
    ['mlflow.source.git.commit', 'c0ffee'],
    ['mlflow.source.git.repoURL', 'https://ada:secret@git.example.com/fraud.git'],
    ['mlflow.source.git.dirty', 'True'],
    ['millrace.feature_service', 'fraud@3'],
  ]),
  datasets: [{ name: 'train', digest: 'd1', sourceType: 'local', source: '{}' }],
  inputModelIds: ['m-1'],
};
const texts: Readonly<Record<string, string>> = {
  h1: dvc,
  h2: lfs,
  h3: 'saved_input_example_info: {artifact_path: e.json}',
};
const file = (path: string, hash: string, sizeBytes = 200) => ({ path, hash, sizeBytes });

it('what is bound to a version comes from its run, the files of the run and its MLmodel file', async () => {
  const asked: string[] = [];
  const facts = await new GatherFacts({
    run: (runId) => Promise.resolve(runId === 'r1' ? run : null),
    filesOf: () => Promise.resolve([file('data.dvc', 'h1'), file('raw.csv', 'h2'), file('large.bin', 'h9', 5000)]),
    text: (hash) => {
      asked.push(hash);
      return Promise.resolve(texts[hash] ?? null);
    },
  }).of({ files: [file('MLmodel', 'h3')], runId: 'r1', tags: [] });
  expect(facts).toMatchObject({
    inputExample: 'e.json',
    featureService: 'fraud@3',
    code: { repository: 'https://git.example.com/fraud.git', commit: 'c0ffee', branch: null, dirty: true },
    datasets: [{ name: 'train', digest: 'd1' }],
    dataPointers: [{ tool: 'dvc' }, { tool: 'git-lfs' }],
    parentModelIds: ['m-1'],
  });
  expect(asked).not.toContain('h9');
});

it('a run that is gone, and a version without one, leave nothing bound but the version', async () => {
  const nothing = {
    run: () => Promise.resolve(null),
    filesOf: () => Promise.resolve([]),
    text: () => Promise.resolve(null),
  };
  for (const runId of [null, 'gone']) {
    const facts = await new GatherFacts(nothing).of({
      files: [],
      runId,
      tags: [{ key: 'millrace.feature_service', value: 'own' }],
    });
    expect(facts).toMatchObject({ featureService: 'own', code: null, datasets: [], dataPointers: [], signature: null });
  }
});
