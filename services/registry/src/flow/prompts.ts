import type { Tag } from './registry-commands.ts';

/** MLflow keeps prompts as registered models that have this tag. */
export const promptTag = 'mlflow.prompt.is_prompt';

export function isPrompt(tags: ReadonlyMap<string, string>): boolean {
  return tags.get(promptTag)?.toLowerCase() === 'true';
}

/** Of tags that come more than once the last one counts. */
export function saysPrompt(tags: readonly Tag[]): boolean {
  return isPrompt(new Map(tags.map(({ key, value }) => [key, value])));
}
