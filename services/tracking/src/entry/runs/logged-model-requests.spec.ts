import { readRequest } from '@millrace/mlflow-protocol';
import { expect, it } from 'vitest';
import { checkLoggedModelName, createLoggedModel, finalizeLoggedModel } from './logged-model-requests.ts';

it.each(['a/b', 'a:b', 'v1.2', '50%', `a"b`, "a'b"])('no logged model is called %s', (name) => {
  expect(() => checkLoggedModelName(name)).toThrow(
    expect.objectContaining({
      code: 'INVALID_PARAMETER_VALUE',
      message: `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
    }) as Error,
  );
});

it('a name may be left out', () => {
  expect(() => checkLoggedModelName(undefined)).not.toThrow();
  expect(() => checkLoggedModelName('fraud model_1-a')).not.toThrow();
});

it('a state is said by name or by number', () => {
  expect(readRequest(finalizeLoggedModel, { status: 'LOGGED_MODEL_READY' }).status).toBe('LOGGED_MODEL_READY');
  expect(readRequest(finalizeLoggedModel, { status: 2 }).status).toBe('LOGGED_MODEL_READY');
  expect(() => readRequest(finalizeLoggedModel, { status: 'DONE' })).toThrow(
    'Invalid value "DONE" for parameter \'status\' supplied.',
  );
});

it('an experiment is named by its number', () => {
  expect(() => readRequest(createLoggedModel, { experiment_id: 'x' })).toThrow("Invalid experiment ID 'x'.");
  expect(() => readRequest(createLoggedModel, {})).toThrow("Missing value for required parameter 'experiment_id'.");
});
