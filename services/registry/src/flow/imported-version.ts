import type { Accepted, CommandMeta, Rejected } from '@millrace/events';
import { moveVersion, withVersion } from './move-version.ts';
import type { ImportedVersion } from './registry-commands.ts';
import type { RegisteredModel, RegistryState } from './registry-state.ts';
import { versionNotFound } from './rejections.ts';

/** The number that an imported version keeps, or why it cannot: numbers never repeat, and nobody is put out of charge. */
export function importedNumber(
  model: RegisteredModel,
  last: number,
  { version, aliases }: ImportedVersion,
): number | Rejected {
  if (version <= last) {
    const what = model.versions.has(version) ? 'is there already' : 'was given before';
    return conflict(
      'REGISTRY_VERSION_NUMBER_CONFLICT',
      `Version ${version} of model "${model.name}" ${what}, the last number is ${last}: import versions in ascending order into a model that has none of its own.`,
    );
  }
  for (const alias of aliases) {
    const holder = model.aliases.get(alias);
    if (holder === undefined) continue;
    return conflict(
      'REGISTRY_ALIAS_CONFLICT',
      `Alias "${alias}" of model "${model.name}" is version ${holder}: import version ${version} without it, or take it away there first.`,
    );
  }
  return version;
}

/**
 * The model with what its new version had where it comes from. Times are those of the source; only how long an archived version
 * is kept counts from now, and its author is who imports it: else approvals by others could be feigned.
 */
export function withImported(
  state: RegistryState,
  imports: { readonly before: RegisteredModel; readonly number: number; readonly imported: ImportedVersion },
  meta: CommandMeta,
): Accepted | Rejected {
  const { before, number, imported } = imports;
  const { createdAtMs, updatedAtMs, stage, aliases } = imported;
  const model = state.models.get(before.name);
  const version = model?.versions.get(number);
  if (model === undefined || version === undefined) return versionNotFound(before.name, number);
  const moved = stage === 'None' ? model : moveVersion(model, { version, stage }, meta);
  const result = { ...(moved.versions.get(number) ?? version), createdAtMs, updatedAtMs };
  state.models.set(before.name, {
    ...withVersion(moved, result),
    aliases:
      aliases.length === 0
        ? moved.aliases
        : new Map([...moved.aliases, ...aliases.map((alias) => [alias, number] as const)]),
    updatedAtMs: Math.max(before.updatedAtMs, updatedAtMs),
  });
  return { ok: true, result };
}

function conflict(code: string, message: string): Rejected {
  return { ok: false, code: 'RESOURCE_CONFLICT', message, details: { code } };
}
