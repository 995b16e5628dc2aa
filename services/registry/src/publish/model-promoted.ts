import type { CommandMeta, PublicEvent } from '@millrace/events';
import type { ModelPromoted } from '@millrace/schemas';
import type { ModelVersion } from '../flow/registry-state.ts';
import { fileFields, versionSnapshot } from './version-snapshot.ts';

export const registryLane = 'registry';

export type IdentityField = 'eventId' | 'lane' | 'sourceTopic' | 'generation' | 'sourcePartition' | 'sourceOffset';

/** The event of a change of charge; the publisher adds its identity, made of the journal position. */
export function modelPromoted(promotion: {
  readonly version: ModelVersion;
  readonly previous: ModelVersion | undefined;
  readonly target: string;
  readonly meta: CommandMeta;
}): PublicEvent {
  const { version, previous, target, meta } = promotion;
  const value: Omit<ModelPromoted, IdentityField> = {
    model: version.name,
    version: String(version.version),
    previousVersion: previous === undefined ? null : String(previous.version),
    target,
    ...fileFields(version),
    actor: meta.actor,
    promotedAtMs: meta.atMs,
    before: previous === undefined ? null : versionSnapshot(previous),
    after: versionSnapshot(version),
  };
  return { topic: 'registry.model-promoted', key: version.name, value };
}
