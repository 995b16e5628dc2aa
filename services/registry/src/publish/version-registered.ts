import type { CommandMeta, PublicEvent } from '@millrace/events';
import type { VersionRegistered } from '@millrace/schemas';
import type { ModelVersion } from '../flow/registry-state.ts';
import type { IdentityField } from './model-promoted.ts';
import { fileFields, versionSnapshot } from './version-snapshot.ts';

export function versionRegistered(version: ModelVersion, meta: CommandMeta): PublicEvent {
  const value: Omit<VersionRegistered, IdentityField> = {
    model: version.name,
    version: String(version.version),
    ...fileFields(version),
    before: null,
    after: versionSnapshot(version),
    actor: meta.actor,
    registeredAtMs: meta.atMs,
  };
  return { topic: 'registry.version-registered', key: version.name, value };
}
