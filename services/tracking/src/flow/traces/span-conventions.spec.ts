import { expect, it } from 'vitest';
import { withMlflowNames } from './span-conventions.ts';

const usage = 'mlflow.chat.tokenUsage';

it.each([
  ['OpenTelemetry', { 'gen_ai.usage.input_tokens': '3', 'gen_ai.usage.output_tokens': '4' }, [3, 4, 7]],
  ['OpenInference', { 'llm.token_count.prompt': '"3"', 'llm.token_count.total': '9' }, [3, undefined, 9]],
  ['OpenLLMetry', { 'gen_ai.usage.completion_tokens': '4', 'llm.usage.total_tokens': '5' }, [undefined, 4, 5]],
])('tokens as %s names them', (_name, attributes, [input, output, total]) => {
  expect(JSON.parse(withMlflowNames(attributes)[usage] ?? '')).toEqual({
    ...(input !== undefined && { input_tokens: input }),
    ...(output !== undefined && { output_tokens: output }),
    total_tokens: total,
  });
});

it('tokens of caches, under both names that they had', () => {
  const cached = {
    'gen_ai.usage.input_tokens': '1',
    'gen_ai.usage.cache_read.input_tokens': '5',
    'gen_ai.usage.cache_creation.input_tokens': '6',
  };
  expect(JSON.parse(withMlflowNames(cached)[usage] ?? '')).toEqual({
    input_tokens: 1,
    cache_read_input_tokens: 5,
    cache_creation_input_tokens: 6,
  });
});

it.each([
  [{ 'gen_ai.request.model': '"asked"', 'gen_ai.response.model': '"answered"' }, '"answered"'],
  [{ 'mlflow.spanInputs': '{"model": "in", "messages": []}' }, '"in"'],
  [{ 'mlflow.spanInputs': '"{\\"model\\": \\"packed\\"}"' }, '"packed"'],
  [{ 'mlflow.spanInputs': '{"x": {"model": "inner"}}' }, undefined],
  [{ 'mlflow.llm.model': '"said"', 'gen_ai.request.model': '"asked"' }, '"said"'],
])('the model of %j', (attributes: Record<string, string>, model) => {
  expect(withMlflowNames(attributes)['mlflow.llm.model']).toBe(model);
});

it('what MLflow’s own names say stays, and what says nothing adds nothing', () => {
  const said = { [usage]: '{"total_tokens": 1}', 'gen_ai.usage.input_tokens': '3', 'gen_ai.system': '"openai"' };
  expect(withMlflowNames(said)).toEqual({ ...said, 'mlflow.llm.provider': '"openai"' });
  const silent = { 'gen_ai.usage.input_tokens': '"many"', a: '1' };
  expect(withMlflowNames(silent)).toEqual(silent);
});
