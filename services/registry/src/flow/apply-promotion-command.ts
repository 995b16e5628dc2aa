import type { Accepted, Applied, CommandMeta, Rejected } from '@millrace/events';
import { chargeOf, stageOfTarget } from './charge.ts';
import { previousInCharge } from './charge-history.ts';
import { moveVersion, withVersion } from './move-version.ts';
import type { PromotionCommand, RollBack, SetAlias, TransitionStage } from './registry-commands.ts';
import { isServingStage, type RegisteredModel, type RegistryState } from './registry-state.ts';
import { findVersion, modelNotFound } from './rejections.ts';

/** What puts a version in charge, or takes it away: an alias, or a stage. Whether it may is judged by what it did. */
export function applyPromotionCommand(state: RegistryState, command: PromotionCommand, meta: CommandMeta): Applied {
  if (command.type === 'delete-alias') {
    const model = state.models.get(command.name);
    if (model === undefined) return modelNotFound(command.name);
    const aliases = new Map(model.aliases);
    aliases.delete(command.alias);
    state.models.set(model.name, { ...model, aliases, updatedAtMs: meta.atMs });
    return { ok: true, result: null };
  }
  if (command.type === 'roll-back') return rollBack(state, command, meta);
  const found = findVersion(state, command.name, command.version);
  if (!found.ok) return found;
  const version = { ...found.version, artifact: found.version.artifact ?? command.artifact };
  const model = withVersion(found.model, version);
  const changed = command.type === 'set-alias' ? setAlias(model, command) : transitionStage(model, command, meta);
  return store(state, changed, { version: command.version, meta });
}

function setAlias(model: RegisteredModel, { alias, version }: SetAlias): RegisteredModel {
  return { ...model, aliases: new Map(model.aliases).set(alias, version) };
}

function transitionStage(before: RegisteredModel, command: TransitionStage, meta: CommandMeta): RegisteredModel {
  const { stage, archiveExisting } = command;
  let model = before;
  for (const other of archiveExisting ? versionsIn(before, stage) : []) {
    if (other === command.version) continue;
    model = moved(model, { number: other, stage: 'Archived' }, meta);
  }
  return moved(model, { number: command.version, stage }, meta);
}

/** The version before goes back in charge; of a stage, the one that was in charge is archived. */
function rollBack(state: RegistryState, { name, target, from, to }: RollBack, meta: CommandMeta): Applied {
  const model = state.models.get(name);
  if (model === undefined) return modelNotFound(name);
  const current = chargeOf(model).get(target)?.version ?? null;
  if (current !== from || previousInCharge(model, target) !== to) return chargeChanged(name, target);
  const stage = stageOfTarget(target);
  if (stage === null) {
    const aliases = new Map(model.aliases).set(target.slice('alias:'.length), to);
    return store(state, { ...model, aliases }, { version: to, meta });
  }
  const emptied = from === null ? model : moved(model, { number: from, stage: 'Archived' }, meta);
  return store(state, moved(emptied, { number: to, stage }, meta), { version: to, meta });
}

function chargeChanged(name: string, target: string): Rejected {
  return {
    ok: false,
    code: 'RESOURCE_CONFLICT',
    message: `Another version of model "${name}" came in charge of ${target} meanwhile: look at it and ask again.`,
    details: { code: 'REGISTRY_CHARGE_CONFLICT' },
  };
}

function versionsIn(model: RegisteredModel, stage: TransitionStage['stage']): readonly number[] {
  if (isServingStage(stage)) return model.serving[stage];
  return [...model.versions.values()].filter((version) => version.stage === stage).map(({ version }) => version);
}

function moved(
  model: RegisteredModel,
  { number, stage }: { readonly number: number; readonly stage: TransitionStage['stage'] },
  meta: CommandMeta,
): RegisteredModel {
  const version = model.versions.get(number);
  return version === undefined ? model : moveVersion(model, { version, stage }, meta);
}

function store(
  state: RegistryState,
  model: RegisteredModel,
  { version, meta }: { readonly version: number; readonly meta: CommandMeta },
): Accepted {
  state.models.set(model.name, { ...model, updatedAtMs: meta.atMs });
  return { ok: true, result: model.versions.get(version) };
}
