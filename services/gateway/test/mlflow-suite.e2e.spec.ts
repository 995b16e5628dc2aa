import {
  mlflow2,
  mlflow3,
  mlflowTestNames,
  runMlflowBed,
  startMlflowTests,
  testNamespace,
  type MlflowBed,
  type PythonTests,
} from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Everything, with both clients, on one instance and on two: npm run proof -- mlflow-clients
const partOf2 = ['test_fluent.py'];
const partOf3 = [
  'test_errors.py',
  'test_experiments.py',
  'test_fluent.py',
  'test_registry.py',
  'three/test_logged_models.py',
  'three/test_prompts.py',
];

let bed: MlflowBed;
beforeAll(async () => {
  bed = await runMlflowBed(testNamespace(), 2);
});
afterAll(() => bed?.[Symbol.asyncDispose]());

describe.each([
  { ...mlflow3, files: partOf3 },
  { ...mlflow2, files: partOf2 },
])('the unmodified client of $name, with two instances of tracking and of registry behind one address', (client) => {
  let tests: PythonTests;
  beforeAll(() => {
    tests = startMlflowTests(client, { address: bed.address, env: bed.services.env });
  });

  it.each(mlflowTestNames(client))('%s', async (test) => {
    const { cases, failures } = await tests.resultOf(test);
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });
});
