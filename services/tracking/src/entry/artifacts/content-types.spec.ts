import { expect, it } from 'vitest';
import { contentTypeOf } from './content-types.ts';

it.each([
  ['model/MLmodel', 'text/plain'],
  ['a/b.json', 'text/plain'],
  ['conda.yaml', 'text/plain'],
  ['plots/roc.PNG', 'image/png'],
  ['report.html', 'text/html'],
  ['model.tar.gz', 'application/gzip'],
  ['model.onnx', 'application/octet-stream'],
  ['png/model', 'application/octet-stream'],
  ['.json', 'application/octet-stream'],
  ['constructor', 'application/octet-stream'],
])('%s is %s', (path, type) => {
  expect(contentTypeOf(path)).toBe(type);
});
