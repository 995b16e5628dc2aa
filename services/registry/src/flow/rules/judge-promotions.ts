import type { Rejected } from '@millrace/events';
import { servingStages, type ModelVersion, type RegisteredModel } from '../registry-state.ts';
import { missingEvidence } from './missing-evidence.ts';
import { guards, type MetricValues, type PromotionRules } from './promotion-rules.ts';

/** `alias:champion` or `stage:Production`, and the version that a command puts there. */
interface Entry {
  readonly target: string;
  readonly version: ModelVersion;
}

interface Change {
  readonly before: RegisteredModel | undefined;
  readonly after: RegisteredModel;
}

/**
 * The rejection of a command that would put a version in charge against the rules, or null. Looks at what the command
 * did and not at what it is called: no way to promote, found or yet to come, passes by it. A version that is in charge
 * again because a newer one left was judged when it came.
 */
export function judgePromotions(
  change: Change,
  rules: PromotionRules | undefined,
  metrics: MetricValues,
): Rejected | null {
  if (rules === undefined) return null;
  const refused = entriesOf(change)
    .filter(({ target }) => guards(rules, target))
    .map((entry) => ({ ...entry, missing: missingEvidence(rules, entry.version, metrics) }))
    .filter(({ missing }) => missing.length > 0);
  const [first] = refused;
  if (first === undefined) return null;
  const texts = refused.map(
    ({ target, version, missing }) =>
      `Version ${version.version} of model "${version.name}" cannot be put in charge of ${target} by the model's promotion rules: ` +
      missing.map(({ message }) => message).join('; '),
  );
  return {
    ok: false,
    code: 'PERMISSION_DENIED',
    message: `${texts.join('. ')}.`,
    details: { code: 'REGISTRY_PROMOTION_NOT_PERMITTED', faults: refused.flatMap(({ missing }) => missing) },
  };
}

/** What came in charge by a command: of an alias or of a stage, under this name. */
export function entriesOf({ before, after }: Change): Entry[] {
  const known = before?.name === after.name ? before : undefined;
  return [...aliasEntries(known, after), ...stageEntries(known, after)];
}

function aliasEntries(before: RegisteredModel | undefined, after: RegisteredModel): Entry[] {
  if (before?.aliases === after.aliases) return [];
  return [...after.aliases].flatMap(([alias, number]) => {
    const version = after.versions.get(number);
    const isNew = version !== undefined && before?.aliases.get(alias) !== number;
    return isNew ? [{ target: `alias:${alias}`, version }] : [];
  });
}

function stageEntries(before: RegisteredModel | undefined, after: RegisteredModel): Entry[] {
  if (before?.serving === after.serving) return [];
  return servingStages.flatMap((stage) => {
    if (before?.serving[stage] === after.serving[stage]) return [];
    return after.serving[stage].flatMap((number) => {
      const version = after.versions.get(number);
      const isNew = version !== undefined && before?.versions.get(number)?.stageSince !== version.stageSince;
      return isNew ? [{ target: `stage:${stage}`, version }] : [];
    });
  });
}
