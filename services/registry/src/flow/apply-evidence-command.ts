import type { Applied, CommandMeta, Rejected } from '@millrace/events';
import { withVersion } from './move-version.ts';
import type { EvidenceCommand } from './registry-commands.ts';
import type { ModelVersion, RegistryState } from './registry-state.ts';
import { findVersion } from './rejections.ts';
import { nobody } from './rules/version-evidence.ts';

/** What is said of a version: approvals, results of checks, its card. */
export function applyEvidenceCommand(state: RegistryState, command: EvidenceCommand, meta: CommandMeta): Applied {
  const found = findVersion(state, command.name, command.version);
  if (!found.ok) return found;
  const judged = judge(found.version, command, meta);
  if ('ok' in judged) return judged;
  const version = { ...judged, updatedAtMs: meta.atMs };
  state.models.set(found.model.name, withVersion(found.model, version));
  return { ok: true, result: version };
}

function judge(version: ModelVersion, command: EvidenceCommand, { actor, atMs }: CommandMeta): ModelVersion | Rejected {
  switch (command.type) {
    case 'approve-version': {
      if (actor === nobody) return nameless();
      if (actor === version.createdBy) return ownVersion(version);
      const approvals = new Map(version.approvals).set(actor, { comment: command.comment, atMs });
      return { ...version, approvals, artifact: version.artifact ?? command.artifact };
    }
    case 'withdraw-approval': {
      const approvals = new Map(version.approvals);
      approvals.delete(actor);
      return { ...version, approvals };
    }
    case 'report-check': {
      const { check, passed, details } = command;
      const checks = new Map(version.checks).set(check, { passed, details, reportedBy: actor, atMs });
      return { ...version, checks, artifact: version.artifact ?? command.artifact };
    }
    case 'write-card':
      return { ...version, cards: [...version.cards, { markdown: command.markdown, writtenBy: actor, atMs }] };
  }
}

function nameless(): Rejected {
  return {
    ok: false,
    code: 'INVALID_PARAMETER_VALUE',
    message: 'An approval needs a name: send the user name with the request (basic authentication).',
    details: { code: 'REGISTRY_APPROVER_INVALID' },
  };
}

function ownVersion({ name, version, createdBy }: ModelVersion): Rejected {
  return {
    ok: false,
    code: 'PERMISSION_DENIED',
    message: `${createdBy} registered version ${version} of model "${name}" and cannot approve it: ask another person.`,
    details: { code: 'REGISTRY_APPROVAL_NOT_PERMITTED' },
  };
}
