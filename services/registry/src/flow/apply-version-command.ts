import type { Applied, CommandMeta, Rejected } from '@millrace/events';
import type { CreateVersion, TagVersion, VersionCommand } from './registry-commands.ts';
import { importedNumber, withImported } from './imported-version.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';
import { withoutVersion, withVersion } from './move-version.ts';
import { undeletable } from './protect-versions.ts';
import { findVersion, modelNotFound } from './rejections.ts';
import { laterBase, proposeSemanticVersion, refusedVersion, semanticVersionTag } from './semver/semantic-proposal.ts';

export function applyVersionCommand(state: RegistryState, command: VersionCommand, meta: CommandMeta): Applied {
  if (command.type === 'create-version') return createVersion(state, command, meta);
  const found = findVersion(state, command.name, command.version);
  if (!found.ok) return found;
  const { model, version } = found;
  switch (command.type) {
    case 'describe-version':
      return replaceVersion(state, model, { ...version, description: command.description, updatedAtMs: meta.atMs });
    case 'delete-version': {
      const protection = undeletable(
        [version],
        { retentionMs: command.retentionMs, hasRules: state.rules.has(command.name) },
        meta,
      );
      if (protection !== null) return protection;
      state.models.set(model.name, { ...withoutVersion(model, version), updatedAtMs: meta.atMs });
      return { ok: true, result: version };
    }
    default: {
      const semantic = semanticVersionBy(command, model, version);
      if (semantic !== null && typeof semantic !== 'string') return semantic;
      const tags = new Map(version.tags);
      if (command.value === null) tags.delete(command.key);
      else tags.set(command.key, command.value);
      return replaceVersion(state, model, { ...version, tags, semanticVersion: semantic, updatedAtMs: meta.atMs });
    }
  }
}

/** The number is given here, by the order of the journal: two that ask at once get two numbers. */
function createVersion(state: RegistryState, command: CreateVersion, meta: CommandMeta): Applied {
  const model = state.models.get(command.name);
  if (model === undefined) return modelNotFound(command.name);
  const facts = command.facts ?? null;
  const rules = state.rules.get(command.name)?.metrics ?? [];
  const proposal = facts === null ? null : proposeSemanticVersion(model.semanticBase, facts, rules);
  const tagged = command.tags.find(({ key }) => key === semanticVersionTag)?.value;
  const given = proposal === null ? null : (command.semanticVersion ?? tagged ?? null);
  const { imported } = command;
  const last = state.lastVersion.get(command.name) ?? 0;
  const number = imported === undefined ? last + 1 : importedNumber(model, last, imported);
  if (typeof number !== 'number') return number;
  if (given !== null) {
    const refused = refusedVersion(model, given, { version: number, semanticProposal: proposal });
    if (refused !== null) return refused;
  }
  state.lastVersion.set(command.name, number);
  const { name, source, storageLocation, runId, runLink, modelId, description, artifact } = command;
  const created = replaceVersion(
    state,
    { ...model, updatedAtMs: meta.atMs },
    {
      name,
      source,
      storageLocation,
      runId,
      runLink,
      modelId,
      description,
      artifact,
      version: number,
      createdBy: meta.actor,
      createdAtMs: meta.atMs,
      updatedAtMs: meta.atMs,
      stage: 'None',
      stageSince: meta.offset,
      archivedAtMs: null,
      facts,
      semanticProposal: proposal,
      semanticVersion: given,
      approvals: new Map(),
      checks: new Map(),
      cards: [],
      tags: new Map(command.tags.map(({ key, value }) => [key, value])),
    },
  );
  return imported === undefined ? created : withImported(state, { before: model, number, imported }, meta);
}

/** A tag may give a version its semantic version; taken away it is none any more. */
function semanticVersionBy(
  { key, value }: TagVersion,
  model: RegisteredModel,
  version: ModelVersion,
): string | null | Rejected {
  if (key !== semanticVersionTag || version.semanticProposal === null) return version.semanticVersion;
  return (value === null ? null : refusedVersion(model, value, version)) ?? value;
}

function replaceVersion(state: RegistryState, model: RegisteredModel, version: ModelVersion): Applied {
  const semanticBase = laterBase(model.semanticBase, version);
  state.models.set(model.name, { ...withVersion(model, version), semanticBase });
  return { ok: true, result: version };
}
