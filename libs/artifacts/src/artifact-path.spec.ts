import { expect, it } from 'vitest';
import { listFolder, normalizeArtifactPath } from './artifact-path.ts';

const imageOfMlflow2 = 'images/dogs%step%1%timestamp%1795850702989%i34aee3e.png';

it.each(['model.onnx', 'model/MLmodel', 'a b/ü.txt', '..hidden/x', '100%', 'a%20b', '50%2', '%ff', imageOfMlflow2])(
  '%s is a path',
  (path) => {
    expect(normalizeArtifactPath(path)).toBe(path);
  },
);

it.each([
  ['nothing', ''],
  ['the root', '/'],
  ['an absolute path', '/etc/passwd'],
  ['a way up', '../x'],
  ['a way up in the middle', 'a/../b'],
  ['a way up at the end', 'a/..'],
  ['an empty part', 'a//b'],
  ['here', './a'],
  ['here at the end', 'a/.'],
  ['a drive', 'C:/x'],
  ['an address', 'file:///etc/passwd'],
  ['a back-slash', 'a\\b'],
  ['a way up on Windows', '..\\b'],
  ['a null byte', 'a\u0000b'],
  ['a line break', 'a\nb'],
  ['a fragment', 'a#b'],
  ['a very long path', 'x'.repeat(1025)],
  ['a way up, encoded', '%2e%2e/x'],
  ['a way up, encoded twice', 'a/%252e%252e/b'],
  ['a way up, encoded beside a broken sign', '%ff%2e%2e/..%2fx'],
  ['a slash, encoded', '%2fetc/passwd'],
  ['a null byte, encoded', 'a%00b'],
  ['a back-slash, encoded twice', 'a%255cb'],
])('%s is no path', (_, path) => {
  expect(normalizeArtifactPath(path)).toBeNull();
});

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
