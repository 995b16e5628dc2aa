import type { Applied, CommandMeta, Domain } from '@millrace/events';
import { applyModelCommand } from './apply-model-command.ts';
import { applyPromotionCommand } from './apply-promotion-command.ts';
import { applyVersionCommand } from './apply-version-command.ts';
import { changesOfCharge } from './changes-of-charge.ts';
import type { ModelCommand, PromotionCommand, RegistryCommand, VersionCommand } from './registry-commands.ts';
import { emptyRegistry, type RegistryState } from './registry-state.ts';

const modelTypes = [
  'create-model',
  'describe-model',
  'rename-model',
  'delete-model',
  'tag-model',
] as const satisfies readonly ModelCommand['type'][];
const versionTypes = [
  'create-version',
  'describe-version',
  'delete-version',
  'tag-version',
] as const satisfies readonly VersionCommand['type'][];
const promotionTypes = [
  'transition-stage',
  'set-alias',
  'delete-alias',
] as const satisfies readonly PromotionCommand['type'][];

/** The registry's rules: what each command does to the models, the same on every instance. */
export const registryDomain: Domain<RegistryState, RegistryCommand> = {
  types: [...modelTypes, ...versionTypes, ...promotionTypes],
  initial: emptyRegistry,
  apply(state: RegistryState, command: RegistryCommand, meta: CommandMeta): Applied {
    const before = state.models.get(command.name);
    const applied = change(state, command, meta);
    if (!applied.ok) return applied;
    const after = state.models.get(command.type === 'rename-model' ? command.newName : command.name);
    const events = changesOfCharge({ before, after }, command, meta);
    return events.length === 0 ? applied : { ...applied, events };
  },
};

function change(state: RegistryState, command: RegistryCommand, meta: CommandMeta): Applied {
  if (isOf(modelTypes, command)) return applyModelCommand(state, command, meta);
  if (isOf(versionTypes, command)) return applyVersionCommand(state, command, meta);
  return applyPromotionCommand(state, command, meta);
}

function isOf<T extends RegistryCommand['type']>(
  types: readonly T[],
  command: RegistryCommand,
): command is Extract<RegistryCommand, { type: T }> {
  return (types as readonly string[]).includes(command.type);
}
