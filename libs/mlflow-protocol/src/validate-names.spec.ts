import { expect, it } from 'vitest';
import {
  checkEntityKey,
  checkExperimentId,
  checkLength,
  checkMetricKey,
  checkParamKey,
  checkRunId,
  cutTo,
} from './validate-names.ts';

const refuses = (check: () => void, message: string) => {
  expect(check).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message }) as Error);
};
const supplied = (key: string, path: string) => `Invalid value ${JSON.stringify(key)} for parameter '${path}' supplied`;
const characters =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';

it.each(['a;b', 'a\nb', '💡', 'a%b'])('the key %j has other characters than a key may have', (key) => {
  refuses(() => checkMetricKey(key, 'metrics[0].name'), `${supplied(key, 'metrics[0].name')}: ${characters}`);
});

it.each([
  ['a/../b', 'b'],
  ['/a', '/a'],
  ['a//b', 'a/b'],
  ['..', '..'],
  ['.', '.'],
  ['', '.'],
  ['a/', 'a'],
  ['./a', 'a'],
  ['../a', '../a'],
])('the key %j would be %j as a file', (key, resolved) => {
  refuses(
    () => checkEntityKey(key, 'key'),
    `${supplied(key, 'key')}: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${resolved}'`,
  );
});

it('a key that is too long is named as MLflow names it', () => {
  const key = 'x'.repeat(251);
  refuses(() => checkMetricKey(key, 'name'), "'Metric name' exceeds the maximum length of 250 characters");
  refuses(() => checkParamKey(key, 'key'), "'Param key' exceeds the maximum length of 250 characters");
  refuses(() => checkEntityKey(key, 'tags[2].key'), "'tags[2].key' exceeds the maximum length of 250 characters");
});

it.each(['val/loss 2.1:x-y_z', 'ä', '学习率', 'a'.repeat(250)])('%s is a key', (key) => {
  expect(() => checkEntityKey(key, 'key')).not.toThrow();
});

it('lengths count characters and not halves of them', () => {
  expect(() => checkLength('💡'.repeat(10), { path: 'name', max: 10 })).not.toThrow();
  expect(cutTo('💡💡💡', 2)).toBe('💡💡');
  expect(cutTo('abc', 3)).toBe('abc');
});

it('ids are checked', () => {
  refuses(() => checkRunId('a/b'), `${supplied('a/b', 'run_id')}.`);
  refuses(() => checkRunId('-a'), `${supplied('-a', 'run_id')}.`);
  refuses(() => checkExperimentId('abc'), "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.");
  expect(() => checkExperimentId('007')).not.toThrow();
});
