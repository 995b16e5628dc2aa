import { readRequest } from '@millrace/mlflow-protocol';
import { expect, it } from 'vitest';
import {
  checkArtifactLocation,
  checkExperimentName,
  checkExperimentTag,
  createExperiment,
  experimentOnly,
  searchExperiments,
} from './experiment-requests.ts';

const refuses = (check: () => unknown, message: string) => {
  expect(check).toThrow(
    expect.objectContaining({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
};

it.each([
  'my_location',
  '/mnt/files',
  's3://bucket/x?versioned=1',
  'file:///tmp/x',
  'mlflow-artifacts:/team',
  'dbfs:/x',
])('the location %s is taken down', (location) => {
  expect(() => checkArtifactLocation(location)).not.toThrow();
});

it.each([
  ['s3://bucket/x#part', "'artifact_location' URL can't include fragments or params."],
  ['/mnt/x;y', "'artifact_location' URL can't include fragments or params."],
  ['s3://bucket/x?a=../b', 'Invalid query string'],
  ['s3://bucket/x?a=%252e%252e/b', 'Invalid query string'],
  ['runs:/1234/x', "Artifact location cannot be a runs:/ URI. Given: 'runs:/1234/x'"],
  ['http://host/x', "'artifact_location' cannot use the 'http' scheme"],
  ['mlflow-artifacts://host/x', "'artifact_location' cannot use the 'mlflow-artifacts' scheme"],
  ['mlflow-artifacts:/a/../b', "holds '..' or a null byte"],
  ['mlflow-artifacts:/a/%2e%2e/b', "holds '..' or a null byte"],
  ['mlflow-artifacts:/a%00', "holds '..' or a null byte"],
  [
    `s3://${'x'.repeat(2048)}`,
    'Invalid artifact path length. The length of the artifact path cannot be greater than 2048',
  ],
])('the location %s is refused', (location, message) => {
  refuses(() => checkArtifactLocation(location), message);
});

it.each([
  [{}, "Missing value for required parameter 'name'."],
  [{ name: '' }, "Missing value for required parameter 'name'."],
  [{ name: 123 }, "Invalid value 123 for parameter 'name' supplied."],
  [{ name: 'a', artifact_location: 1 }, "Invalid value 1 for parameter 'artifact_location' supplied."],
  [{ name: 'a', tags: 'k' }, 'Invalid value "k" for parameter \'tags\' supplied.'],
])('the new experiment %j is refused', (raw, message) => {
  refuses(() => readRequest(createExperiment, raw), message);
});

it('names and tags have bounds', () => {
  refuses(() => checkExperimentName('  '), "Invalid experiment name: '  '");
  refuses(() => checkExperimentName('x'.repeat(501)), "'name' exceeds the maximum length of 500 characters");
  refuses(
    () => checkExperimentTag({ key: 'x'.repeat(251), value: '' }),
    "'key' exceeds the maximum length of 250 characters",
  );
  refuses(
    () => checkExperimentTag({ key: 'k', value: 'x'.repeat(20_001) }),
    "'value' exceeds the maximum length of 20000 characters",
  );
  refuses(
    () => checkExperimentTag({ key: 'a;b', value: '' }),
    'Invalid value "a;b" for parameter \'key\' supplied: Names may only',
  );
});

it('an id is a number', () => {
  expect(readRequest(experimentOnly, { experiment_id: '007' })).toEqual({ experiment_id: '7' });
  expect(readRequest(experimentOnly, { experiment_id: 7 })).toEqual({ experiment_id: '7' });
  refuses(
    () => readRequest(experimentOnly, { experiment_id: 'abc' }),
    "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.",
  );
});

it('a page of a search has bounds', () => {
  refuses(
    () => readRequest(searchExperiments, { max_results: 50_001 }),
    "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000.",
  );
  expect(readRequest(searchExperiments, { view_type: 3 }).view_type).toBe('ALL');
});
