import { chargeOf, mayChangeCharge } from './charge.ts';
import type { RegisteredModel } from './registry-state.ts';

/** How far back a target can be rolled. */
const longest = 100;

interface Change {
  readonly before: RegisteredModel | undefined;
  readonly after: RegisteredModel;
  /** Targets whose version came by the command itself, and not because another left. */
  readonly entered: ReadonlySet<string>;
  readonly isRollBack: boolean;
}

/**
 * The model with its history of charges. A version that comes is added; one that is in charge again, by a rollback or
 * because a newer one left, ends the history at its place, so that the next rollback goes further back.
 */
export function withHistory({ before, after, entered, isRollBack }: Change): RegisteredModel {
  if (before?.name !== after.name || !mayChangeCharge(before, after)) return after;
  const earlier = chargeOf(before);
  const history = new Map(after.history);
  for (const [target, { version }] of chargeOf(after)) {
    if (earlier.get(target)?.version === version) continue;
    const list = history.get(target) ?? [];
    const place = list.lastIndexOf(version);
    const isBack = place >= 0 && (isRollBack || !entered.has(target));
    history.set(target, isBack ? list.slice(0, place + 1) : [...list, version].slice(-longest));
  }
  return { ...after, history };
}

/** The version that was in charge of a target before the one that is now, if it is still there. */
export function previousInCharge(model: RegisteredModel, target: string): number | null {
  const current = chargeOf(model).get(target)?.version;
  const list = model.history.get(target) ?? [];
  return list.findLast((number) => number !== current && model.versions.has(number)) ?? null;
}
