import { invalidParameter, optionalInteger, optionalText, text, textList } from '@millrace/mlflow-protocol';
import { z } from 'zod';

export const registerScorer = z.object({ experiment_id: text, name: text, serialized_scorer: text });
export const listScorers = z.object({ experiment_id: optionalText, experiment_ids: textList });
export const scorerOnly = z.object({ experiment_id: text, name: text });
export const scorerVersionOf = scorerOnly.extend({ version: optionalInteger });
export const onlineConfigs = z.object({ scorer_ids: textList.pipe(z.array(z.string()).min(1)) });

/** Kinds of scorers that name a model, and where. */
const modelHolders = ['instructions_judge_pydantic_data', 'builtin_scorer_pydantic_data', 'third_party_scorer_data'];

export function checkScorer({ name, serialized_scorer: serialized }: z.output<typeof registerScorer>): void {
  let scorer: unknown;
  try {
    scorer = JSON.parse(serialized);
  } catch {
    throw invalidParameter('serialized_scorer must be valid JSON');
  }
  if (name.trim() === '') throw invalidParameter('Scorer name cannot be empty or contain only whitespace.');
  if (!isObject(scorer)) throw invalidParameter('serialized_scorer must be a JSON object');
  for (const holder of modelHolders) {
    const data = scorer[holder];
    const model = isObject(data) ? data['model'] : undefined;
    if (model === undefined || model === null) continue;
    if (typeof model !== 'string') throw invalidParameter(`Scorer model must be a string, got ${typeof model}.`);
    if (model.trim() === '') throw invalidParameter('Scorer model cannot be empty or contain only whitespace.');
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
