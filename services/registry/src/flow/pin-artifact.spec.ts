import { expect, it } from 'vitest';
import { pinArtifact } from './pin-artifact.ts';

const file = (path: string, digit: string) => ({ path, hash: digit.repeat(64), sizeBytes: 5 });

it('a model is stood for by its ONNX file', () => {
  expect(pinArtifact('u', [file('MLmodel', 'a'), file('model.onnx', 'b')])).toEqual({
    kind: 'onnx',
    hash: 'b'.repeat(64),
    uri: 'u/model.onnx',
    sizeBytes: 5,
  });
});

it('the one at the root counts when there are several', () => {
  expect(pinArtifact('u', [file('parts/a.onnx', 'a'), file('model.onnx', 'b')])?.hash).toBe('b'.repeat(64));
});

it('a model without one is stood for by the list of its files, in any order', () => {
  const files = [file('b.pkl', 'b'), file('a.txt', 'a')];
  const pinned = pinArtifact('u', files);
  expect(pinned).toMatchObject({ kind: 'files', uri: 'u', sizeBytes: 10 });
  expect(pinArtifact('u', [...files].reverse())).toEqual(pinned);
});

it('no files stand for nothing', () => {
  expect(pinArtifact('u', [])).toBeNull();
});
