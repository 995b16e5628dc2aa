import { expect, it } from 'vitest';
import { listFolder, normalizeArtifactPath } from './artifact-path.ts';

it.each(['model.onnx', 'model/MLmodel', 'a b/ü.txt', '..hidden/x'])('%s is a path', (path) => {
  expect(normalizeArtifactPath(path)).toBe(path);
});

it.each(['', '/', '/etc/passwd', '../x', 'a/../b', 'a//b', './a', 'a/.', 'C:/x', 'a\\b', 'a\u0000b', 'x'.repeat(1025)])(
  '%j is not',
  (path) => {
    expect(normalizeArtifactPath(path)).toBeNull();
  },
);

it('a folder lists its direct children, folders without a size', () => {
  const files = [
    { path: 'model/MLmodel', sizeBytes: 3 },
    { path: 'model/data/model.onnx', sizeBytes: 9 },
    { path: 'models.txt', sizeBytes: 1 },
  ];
  expect(listFolder(files, '')).toEqual([
    { path: 'model', isDirectory: true, sizeBytes: 0 },
    { path: 'models.txt', isDirectory: false, sizeBytes: 1 },
  ]);
  expect(listFolder(files, 'model')).toEqual([
    { path: 'model/MLmodel', isDirectory: false, sizeBytes: 3 },
    { path: 'model/data', isDirectory: true, sizeBytes: 0 },
  ]);
  expect(listFolder(files, 'nowhere')).toEqual([]);
});
