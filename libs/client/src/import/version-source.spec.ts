import { expect, it } from 'vitest';
import { sourceHere } from './version-source.ts';

const run = 'ab'.repeat(16);
const model = `m-${'cd'.repeat(16)}`;

it.each([
  ['runs:/x/model', 'runs:/x/model'],
  [`models:/${model}`, `models:/${model}`],
  ['models:/other/3', 'models:/other/3'],
  [`mlflow-artifacts:/1/${run}/artifacts/model`, `mlflow-artifacts:/1/${run}/artifacts/model`],
  [`mlflow-artifacts://host:5000/1/${run}/artifacts/model`, `mlflow-artifacts:/1/${run}/artifacts/model`],
  [
    `https://host/mlflow/api/2.0/mlflow-artifacts/artifacts/1/${run}/artifacts/model`,
    `mlflow-artifacts:/1/${run}/artifacts/model`,
  ],
  [`s3://bucket/1/${run}/artifacts/model/`, `runs:/${run}/model`],
  [`s3://bucket/1/${run}/artifacts`, `runs:/${run}`],
  [`file:///srv/mlruns/0/${run}/artifacts/a/b`, `runs:/${run}/a/b`],
  [`./mlruns/0/${run}/artifacts/a`, `runs:/${run}/a`],
  [`s3://bucket/1/models/${model}/artifacts`, `models:/${model}`],
  ['s3://bucket/somewhere/else', 's3://bucket/somewhere/else'],
  ['dummy-source', 'dummy-source'],
])('%s is %s here', (source, expected) => {
  expect(sourceHere(source, run)).toBe(expected);
});

it('a place below another run than the version names is left as it is', () => {
  const source = `s3://bucket/1/${run}/artifacts/model`;
  expect(sourceHere(source, 'another')).toBe(source);
  expect(sourceHere(source, null)).toBe(`runs:/${run}/model`);
});
