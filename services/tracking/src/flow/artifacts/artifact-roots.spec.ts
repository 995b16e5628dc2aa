import { expect, it } from 'vitest';
import { experimentOfTrace, placeOfPath, placeOfUri, traceArtifactUri } from './artifact-roots.ts';
import type { Experiment } from '../experiments/experiments.ts';

const run = 'a'.repeat(32);
const model = `m-${'b'.repeat(32)}`;

it.each([
  [`1/${run}/artifacts/model/MLmodel`, { subject: 'run', id: run, path: 'model/MLmodel' }],
  [`some/where/${run}/artifacts`, { subject: 'run', id: run, path: '' }],
  [`1/models/${model}/artifacts/model.onnx`, { subject: 'logged-model', id: model, path: 'model.onnx' }],
  [`my/artifacts/${run}/artifacts/x/artifacts/y`, { subject: 'run', id: run, path: 'x/artifacts/y' }],
  ['1/elsewhere', null],
  ['', null],
])('the path %s', (path, place) => {
  expect(placeOfPath(path)).toEqual(place);
});

it.each([
  [`mlflow-artifacts:/1/${run}/artifacts/model`, { subject: 'run', id: run, path: 'model' }],
  [`mlflow-artifacts://host:80/1/${run}/artifacts`, { subject: 'run', id: run, path: '' }],
  [`runs:/${run}/model`, { subject: 'run', id: run, path: 'model' }],
  [`models:/${model}`, { subject: 'logged-model', id: model, path: '' }],
  ['s3://bucket/x', null],
])('the address %s', (uri, place) => {
  expect(placeOfUri(uri)).toEqual(place);
});

it('the files of a trace lie below the place of its experiment', () => {
  const path = `my/place/traces/tr-${'c'.repeat(32)}/artifacts/attachments/a.png`;
  expect(placeOfPath(path)).toEqual({ subject: 'trace', id: `tr-${'c'.repeat(32)}`, path: 'attachments/a.png' });
  const experiment = (id: string, artifactLocation: string) => [id, { id, artifactLocation } as Experiment] as const;
  const experiments = new Map([experiment('1', 'mlflow-artifacts:/1'), experiment('2', 'mlflow-artifacts:/my/place')]);
  expect(experimentOfTrace(path, experiments)?.id).toBe('2');
  expect(experimentOfTrace('1/traces/tr-a/artifacts/x', experiments)?.id).toBe('1');
  expect(experimentOfTrace('3/traces/tr-a/artifacts/x', experiments)).toBeNull();
});

it.each([`tr-${'a1'.repeat(16)}`, 'a1'.repeat(16)])("the files of trace %s are a trace's and no run's", (traceId) => {
  const uri = traceArtifactUri('mlflow-artifacts:/7/', traceId);
  expect(placeOfUri(`${uri}/traces.json`)).toEqual({
    subject: 'trace',
    id: `tr-${'a1'.repeat(16)}`,
    path: 'traces.json',
  });
});
