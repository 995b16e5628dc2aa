import { isPrompt, promptTag, saysPrompt } from '../prompts.ts';
import type { RegistryCommand, Tag } from '../registry-commands.ts';
import type { ModelVersion, RegisteredModel } from '../registry-state.ts';
import type { WebhookEvent } from './webhook-events.ts';

export interface Occurrence {
  readonly event: WebhookEvent;
  readonly data: Readonly<Record<string, unknown>>;
}

const promptTypeTag = '_mlflow_prompt_type';
const promptTextTag = 'mlflow.prompt.text';

/** What webhooks hear of a command that was accepted, with MLflow's payload; null for what MLflow sends nothing about. */
export function occurrenceOf(
  command: RegistryCommand,
  { model, result }: { readonly model: RegisteredModel | undefined; readonly result: unknown },
): Occurrence | null {
  const ofPrompt = model !== undefined && isPrompt(model.tags);
  switch (command.type) {
    case 'create-model':
      return created(command);
    case 'create-version':
      return versionCreated(command, result as ModelVersion);
    case 'tag-model':
      return ofPrompt ? tagged('prompt_tag', { name: command.name }, command) : null;
    case 'tag-version': {
      const place = { name: command.name, version: String(command.version) };
      return tagged(ofPrompt ? 'prompt_version_tag' : 'model_version_tag', place, command);
    }
    case 'set-alias':
      return aliasCreated(ofPrompt, command);
    case 'roll-back': {
      const alias = /^alias:(.*)$/s.exec(command.target)?.[1];
      return alias === undefined ? null : aliasCreated(ofPrompt, { name: command.name, alias, version: command.to });
    }
    case 'delete-alias': {
      const { name, alias } = command;
      return { event: { entity: aliasEntity(ofPrompt), action: 'deleted' }, data: { name, alias } };
    }
    default:
      return null;
  }
}

function created({ name, tags, description }: Extract<RegistryCommand, { type: 'create-model' }>): Occurrence {
  const ofPrompt = saysPrompt(tags);
  return {
    event: { entity: ofPrompt ? 'prompt' : 'registered_model', action: 'created' },
    data: {
      name,
      tags: ofPrompt ? tagsWithout(tags, [promptTag, promptTypeTag]) : tagsWithout(tags, []),
      description: description ?? '',
    },
  };
}

function versionCreated(
  command: Extract<RegistryCommand, { type: 'create-version' }>,
  { version, source, runId }: ModelVersion,
): Occurrence {
  const { name, tags } = command;
  const description = command.description || null;
  if (!saysPrompt(tags)) {
    return {
      event: { entity: 'model_version', action: 'created' },
      data: { name, version: String(version), source, run_id: runId, tags: tagsWithout(tags, []), description },
    };
  }
  const template = tags.findLast(({ key }) => key === promptTextTag)?.value ?? null;
  const others = tagsWithout(tags, [promptTextTag, promptTag, promptTypeTag]);
  return {
    event: { entity: 'prompt_version', action: 'created' },
    data: { name, version: String(version), template, tags: others, description },
  };
}

function tagged(
  entity: 'prompt_tag' | 'prompt_version_tag' | 'model_version_tag',
  place: Readonly<Record<string, string>>,
  { key, value }: { readonly key: string; readonly value: string | null },
): Occurrence {
  return value === null
    ? { event: { entity, action: 'deleted' }, data: { ...place, key } }
    : { event: { entity, action: 'set' }, data: { ...place, key, value } };
}

function aliasCreated(
  ofPrompt: boolean,
  { name, alias, version }: { readonly name: string; readonly alias: string; readonly version: number },
): Occurrence {
  return {
    event: { entity: aliasEntity(ofPrompt), action: 'created' },
    data: { name, alias, version: String(version) },
  };
}

function aliasEntity(ofPrompt: boolean) {
  return ofPrompt ? ('prompt_alias' as const) : ('model_version_alias' as const);
}

/** A key that comes more than once has its last value. A map first: a key `__proto__` is one like any other. */
function tagsWithout(tags: readonly Tag[], hidden: readonly string[]): Record<string, string> {
  const map = new Map(tags.map(({ key, value }) => [key, value]));
  for (const key of hidden) map.delete(key);
  return Object.fromEntries(map);
}
