import { textOf } from './observe-spans.ts';
import { countedAttributes } from './span-totals.ts';

/** How instrumentations other than MLflow's name what a call of a model used. The first that says something is believed. */
interface Convention {
  readonly input: string;
  readonly output: string;
  readonly total?: string;
  readonly cacheRead?: string;
  readonly cacheCreation?: readonly string[];
}

const conventions: readonly Convention[] = [
  {
    // https://github.com/Arize-ai/openinference, semantic conventions
    input: 'llm.token_count.prompt',
    output: 'llm.token_count.completion',
    total: 'llm.token_count.total',
    cacheRead: 'llm.token_count.prompt_details.cache_read',
    cacheCreation: ['llm.token_count.prompt_details.cache_write'],
  },
  {
    // https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
    input: 'gen_ai.usage.input_tokens',
    output: 'gen_ai.usage.output_tokens',
    cacheRead: 'gen_ai.usage.cache_read.input_tokens',
    cacheCreation: ['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
  },
  {
    // https://github.com/traceloop/openllmetry, and OpenTelemetry before its names were settled
    input: 'gen_ai.usage.prompt_tokens',
    output: 'gen_ai.usage.completion_tokens',
    total: 'llm.usage.total_tokens',
  },
];
const modelAttributes = [
  'llm.response.model_name',
  'llm.model_name',
  'llm.request.model_name',
  'embedding.model_name',
  'gen_ai.response.model',
  'gen_ai.request.model',
];
const providerAttributes = ['llm.provider', 'gen_ai.provider.name', 'gen_ai.system'];

type Texts = Readonly<Record<string, string>>;

/** The same attributes with MLflow's own names for tokens, model and provider, where only others say them. */
export function withMlflowNames(attributes: Texts): Texts {
  const usage = attributes[countedAttributes.tokens] ?? usageOf(attributes);
  const model =
    attributes['mlflow.llm.model'] ?? jsonOf(firstText(attributes, modelAttributes) ?? askedModel(attributes));
  const provider = attributes['mlflow.llm.provider'] ?? jsonOf(firstText(attributes, providerAttributes));
  return {
    ...attributes,
    ...(usage !== undefined && { [countedAttributes.tokens]: usage }),
    ...(model !== undefined && { 'mlflow.llm.model': model }),
    ...(provider !== undefined && { 'mlflow.llm.provider': provider }),
  };
}

function usageOf(attributes: Texts): string | undefined {
  const read = (name: string | undefined): number | undefined => wholeNumber(name && attributes[name]);
  for (const { input, output, total, cacheRead, cacheCreation = [] } of conventions) {
    const [used, made] = [read(input), read(output)];
    const both = read(total) ?? (used !== undefined && made !== undefined ? used + made : undefined);
    if (used === undefined && made === undefined && both === undefined) continue;
    return JSON.stringify({
      input_tokens: used,
      output_tokens: made,
      total_tokens: both,
      cache_read_input_tokens: read(cacheRead),
      cache_creation_input_tokens: cacheCreation.map(read).find((count) => count !== undefined),
    });
  }
  return undefined;
}

/** What the inputs or outputs of a call name as the model, as the usual interfaces do. */
function askedModel(attributes: Texts): string | undefined {
  for (const name of ['mlflow.spanInputs', 'mlflow.spanOutputs']) {
    const model = attributes[name]?.includes('model') === true ? memberOf(attributes[name], 'model') : undefined;
    if (typeof model === 'string' && model !== '') return model;
  }
  return undefined;
}

function memberOf(json: string | undefined, key: string): unknown {
  try {
    const value: unknown = JSON.parse(textOf(json) ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  } catch {
    return undefined;
  }
}

function firstText(attributes: Texts, names: readonly string[]): string | undefined {
  return names.map((name) => textOf(attributes[name])).find((text) => text !== undefined && text !== '');
}

function jsonOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}

/** Numbers come as such or as text. */
function wholeNumber(json: string | undefined): number | undefined {
  const number = Number(textOf(json) || Number.NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}
