import { describe, expect, it } from 'vitest';
import { answerDocument } from './answer-document.ts';
import { restInput, type Message } from './message-field.ts';

const run = {
  info: { run_id: 'r1', run_name: 'first', status: 'RUNNING', start_time: 1_700_000_000_000 },
  data: {
    metrics: [
      { key: 'loss', value: 'NaN', step: 3 },
      { key: 'auc', value: 0.5, step: 0 },
    ],
    params: [],
  },
  experiment: () => Promise.resolve({ experiment_id: '7', tags: [{ key: 'a', value: 'b' }] }),
  model_versions: () => Promise.reject(new Error('the registry is away')),
};
const operations: Message = {
  mlflow_get_run: (input: unknown) => ({ run: { ...run, info: { ...run.info, ...restInput(input) } } }),
  mlflow_get_experiment: () => Promise.reject(new Error('No Experiment with id=9 exists')),
};
const ask = (query: string, variables?: Record<string, unknown>) =>
  answerDocument(operations, { query, variables, operationName: undefined });

describe('a document', () => {
  it('is answered by names in camel case, with wide numbers as text and what is not set as MLflow gives it', async () => {
    const query = `query GetRun($data: MlflowGetRunInput!) @component(name: "x") { mlflowGetRun(input: $data) {
      __typename apiError { code } run { __typename
        info { runUuid runName status startTime endTime userId }
        data { metrics { key value step timestamp modelId } params { key } tags { key } }
        inputs { datasetInputs { tags { key } } } experiment { experimentId name tags { key value } } } } }`;
    expect(await ask(query, { data: { runUuid: 'r1' } })).toEqual({
      errors: null,
      data: {
        mlflowGetRun: {
          __typename: 'MlflowGetRunResponse',
          apiError: null,
          run: {
            __typename: 'MlflowRunExtension',
            info: {
              runUuid: 'r1',
              runName: 'first',
              status: 'RUNNING',
              startTime: '1700000000000',
              endTime: '0',
              userId: '',
            },
            data: {
              metrics: [
                { key: 'loss', value: null, step: '3', timestamp: '0', modelId: '' },
                { key: 'auc', value: 0.5, step: '0', timestamp: '0', modelId: '' },
              ],
              params: [],
              tags: [],
            },
            inputs: { datasetInputs: [] },
            experiment: { experimentId: '7', name: '', tags: [{ key: 'a', value: 'b' }] },
          },
        },
      },
    });
  });

  it('of which a part fails is answered without that part, and with what happened', async () => {
    expect(await ask('{ mlflowGetRun { run { info { runId } modelVersions { name } } } }')).toEqual({
      errors: ['the registry is away'],
      data: { mlflowGetRun: { run: { info: { runId: 'r1' }, modelVersions: null } } },
    });
    expect(await ask('{ mlflowGetExperiment(input: {experimentId: "9"}) { experiment { name } } }')).toEqual({
      errors: ['No Experiment with id=9 exists'],
      data: { mlflowGetExperiment: null },
    });
  });

  it.each([
    ['that is none', '{ mlflowGetRun(', /^Syntax Error/],
    ['of unknown fields', '{ mlflowGetRun { secrets } }', /Cannot query field "secrets"/],
    [
      'without its variables',
      'query A($d: MlflowGetRunInput!) { mlflowGetRun(input: $d) { run { info { runId } } } }',
      /"\$d"/,
    ],
    [
      'of many roots',
      `{ ${Array.from({ length: 11 }, (_, i) => `a${i}: mlflowGetRun { apiError { code } }`).join(' ')} }`,
      /at most 10 root fields, got 11/,
    ],
    [
      'of many aliases',
      `{ mlflowGetRun { ${Array.from({ length: 11 }, (_, i) => `a${i}: apiError { code }`).join(' ')} } }`,
      /at most 10 aliases, got 11/,
    ],
    [
      'of aliases spread over fragments',
      `{ mlflowGetRun { ...A ...B } } ${['A', 'B'].map((name) => `fragment ${name} on MlflowGetRunResponse { ${Array.from({ length: 6 }, (_, i) => `${name}${i}: apiError { code }`).join(' ')} }`).join(' ')}`,
      /at most 10 aliases, got 12/,
    ],
    ['that is deep', `{ ${'a { '.repeat(11)}b${' }'.repeat(11)} }`, /maximum depth of 10/],
    [
      'that goes in circles',
      '{ mlflowGetRun { ...A } } fragment A on MlflowGetRunResponse { run { experiment { name } } ...A }',
      /Cannot spread fragment "A" within itself/,
    ],
    ['of many words', `{ mlflowGetRun { ${'apiError { code } '.repeat(4_000)} } }`, /tokens/],
  ])('%s is refused in words', async (_, query, words) => {
    const { data, errors } = await ask(query);
    expect(data).toBeNull();
    expect(errors?.[0]).toMatch(words);
  });

  it('of circles within circles is refused before it grows', async () => {
    const fragments = Array.from(
      { length: 8 },
      (_, i) => `fragment F${i} on MlflowRunExtension { ${`experiment { name } ...F${i + 1} `.repeat(3)} }`,
    );
    const { errors } = await ask(`{ mlflowGetRun { run { ...F0 } } } ${fragments.join(' ')}`);
    expect(errors?.[0]).toMatch(/Unknown fragment "F8"/);
  });
});
