import type { Applied, SubjectChange } from '@millrace/events';
import type { NamedCommand } from '../registry-commands.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from '../registry-state.ts';
import type { PromotionRules } from '../rules/promotion-rules.ts';
import { VersionMap } from '../version-map.ts';
import { modelSnapshot, versionSnapshot } from './registry-snapshots.ts';

interface UnderName {
  readonly model: RegisteredModel | undefined;
  readonly rules: PromotionRules | undefined;
}
interface Named {
  readonly kind: string;
  readonly id: string;
}

/** What a command is about, and all that it changed: models, versions, aliases and rules under its names. */
export function watchRegistry(
  state: RegistryState,
  command: NamedCommand,
): (applied: Applied) => readonly SubjectChange[] {
  const names = new Set([command.name, ...(command.type === 'rename-model' ? [command.newName] : [])]);
  // Nothing of it is changed in place, so what it was is still there afterwards.
  const before = new Map([...names].map((name) => [name, under(state, name)]));
  return (applied) => {
    const changes = [...before].flatMap(([name, was]) => changesUnder(name, was, under(state, name)));
    const { kind, id } = subjectOf(command, applied);
    const own = changes.find((change) => change.kind === kind && change.id === id);
    const subject = own ?? unchanged({ kind, id }, command.name, under(state, command.name));
    return [subject, ...changes.filter((change) => change !== own)];
  };
}

function under(state: RegistryState, name: string): UnderName {
  return { model: state.models.get(name), rules: state.rules.get(name) };
}

function subjectOf(command: NamedCommand, applied: Applied): Named {
  const { name } = command;
  switch (command.type) {
    case 'set-rules':
    case 'delete-rules':
      return { kind: 'rules', id: name };
    case 'set-alias':
    case 'delete-alias':
      return { kind: 'alias', id: `${name}/${command.alias}` };
    case 'roll-back':
      return command.target.startsWith('alias:')
        ? { kind: 'alias', id: `${name}/${command.target.slice('alias:'.length)}` }
        : { kind: 'version', id: `${name}/${command.to}` };
    case 'create-version':
      return applied.ok
        ? { kind: 'version', id: versionId(applied.result as ModelVersion) }
        : { kind: 'model', id: name };
    default:
      return 'version' in command ? { kind: 'version', id: `${name}/${command.version}` } : { kind: 'model', id: name };
  }
}

function changesUnder(name: string, before: UnderName, after: UnderName): SubjectChange[] {
  const changes: SubjectChange[] = [];
  if (before.rules !== after.rules)
    changes.push({ kind: 'rules', id: name, before: before.rules ?? null, after: after.rules ?? null });
  if (before.model === after.model) return changes;
  const models = { before: modelView(before.model), after: modelView(after.model) };
  if (differ(models)) changes.push({ kind: 'model', id: name, ...models });
  return [
    ...changes,
    ...versionChanges(name, before.model, after.model),
    ...aliasChanges(name, before.model, after.model),
  ];
}

function versionChanges(
  name: string,
  before: RegisteredModel | undefined,
  after: RegisteredModel | undefined,
): SubjectChange[] {
  const [old, now] = [before?.versions ?? VersionMap.empty, after?.versions ?? VersionMap.empty];
  return old
    .differences(now)
    .map((number) => ({
      kind: 'version',
      id: `${name}/${number}`,
      before: versionView(old.get(number)),
      after: versionView(now.get(number)),
    }))
    .filter(differ);
}

function aliasChanges(
  name: string,
  before: RegisteredModel | undefined,
  after: RegisteredModel | undefined,
): SubjectChange[] {
  if (before?.aliases === after?.aliases) return [];
  const aliases = new Set([...(before?.aliases.keys() ?? []), ...(after?.aliases.keys() ?? [])]);
  return [...aliases]
    .filter((alias) => before?.aliases.get(alias) !== after?.aliases.get(alias))
    .map((alias) => ({
      kind: 'alias',
      id: `${name}/${alias}`,
      before: aliasView(before, alias),
      after: aliasView(after, alias),
    }));
}

/** A new object may say what the old one said. */
function differ({ before, after }: { readonly before: unknown; readonly after: unknown }): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

/** Of a command that left what it is about as it was. */
function unchanged({ kind, id }: Named, name: string, { model, rules }: UnderName): SubjectChange {
  const rest = id.slice(name.length + 1);
  const views: Readonly<Record<string, () => unknown>> = {
    rules: () => rules ?? null,
    alias: () => aliasView(model, rest),
    version: () => versionView(model?.versions.get(Number(rest))),
    model: () => modelView(model),
  };
  const value = views[kind]?.() ?? null;
  return { kind, id, before: value, after: value };
}

function versionId({ name, version }: ModelVersion): string {
  return `${name}/${version}`;
}

function modelView(model: RegisteredModel | undefined): unknown {
  return model === undefined ? null : modelSnapshot(model);
}

function versionView(version: ModelVersion | undefined): unknown {
  return version === undefined ? null : versionSnapshot(version);
}

function aliasView(model: RegisteredModel | undefined, alias: string): unknown {
  const version = model?.aliases.get(alias);
  return version === undefined ? null : { version };
}
