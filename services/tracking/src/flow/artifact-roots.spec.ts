import { expect, it } from 'vitest';
import { placeOfPath, placeOfUri } from './artifact-roots.ts';

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
