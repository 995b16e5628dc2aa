import type { CommandMeta, PublicEvent } from '@millrace/events';
import type { VersionArchived } from '@millrace/schemas';
import type { ModelVersion } from '../flow/registry-state.ts';
import type { IdentityField } from './model-promoted.ts';
import { versionSnapshot } from './version-snapshot.ts';

export function versionArchived(archived: {
  readonly before: ModelVersion;
  readonly after: ModelVersion;
  readonly meta: CommandMeta;
}): PublicEvent {
  const { before, after, meta } = archived;
  const value: Omit<VersionArchived, IdentityField> = {
    model: after.name,
    version: String(after.version),
    previousStage: before.stage,
    before: versionSnapshot(before),
    after: versionSnapshot(after),
    actor: meta.actor,
    archivedAtMs: meta.atMs,
  };
  return { topic: 'registry.version-archived', key: after.name, value };
}
