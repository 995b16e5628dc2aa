import { expect, test } from 'vitest';
import { mlflowErrorBody } from './mlflow-error.ts';

test.each([
  ['a code of MLflow itself', 'RESOURCE_DOES_NOT_EXIST', 404, 'RESOURCE_DOES_NOT_EXIST'],
  ['a command larger than the journal takes', 'EVENTS_COMMAND_TOO_LARGE', 413, 'INVALID_PARAMETER_VALUE'],
  ['a fault of ours', 'INTERNAL_FAULT', 500, 'INTERNAL_ERROR'],
])('%s is worded as MLflow words it', (_, code, status, expected) => {
  expect(mlflowErrorBody({ code, status, detail: 'why' })).toEqual({ error_code: expected, message: 'why' });
});
