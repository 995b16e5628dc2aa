import type { CommandMeta, PublicEvent } from '@millrace/events';
import type { PromotionEnded } from '@millrace/schemas';
import type { ModelVersion } from '../flow/registry-state.ts';
import type { IdentityField } from './model-promoted.ts';

/** The event of a target that nobody is in charge of any more. */
export function promotionEnded(ended: {
  readonly version: ModelVersion;
  readonly target: string;
  readonly reason: string;
  readonly meta: CommandMeta;
}): PublicEvent {
  const { version, target, reason, meta } = ended;
  const value: Omit<PromotionEnded, IdentityField> = {
    model: version.name,
    previousVersion: String(version.version),
    target,
    reason,
    actor: meta.actor,
    endedAtMs: meta.atMs,
  };
  return { topic: 'registry.promotion-ended', key: version.name, value };
}
