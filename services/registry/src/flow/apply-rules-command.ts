import type { Applied } from '@millrace/events';
import type { RulesCommand } from './registry-commands.ts';
import type { RegistryState } from './registry-state.ts';
import { modelNotFound } from './rejections.ts';

/** Changes of promotion rules hold for what comes after them in the journal; what is in charge stays there. */
export function applyRulesCommand(state: RegistryState, command: RulesCommand): Applied {
  const { name } = command;
  if (!state.models.has(name) && !state.rules.has(name)) return modelNotFound(name);
  if (command.type === 'set-rules') state.rules.set(name, command.rules);
  else state.rules.delete(name);
  return { ok: true, result: state.rules.get(name) ?? null };
}
