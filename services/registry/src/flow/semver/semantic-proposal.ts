import type { Rejected } from '@millrace/events';
import type { VersionFacts } from '../lineage/version-facts.ts';
import type { ModelVersion, RegisteredModel } from '../registry-state.ts';
import type { MetricRule } from '../rules/promotion-rules.ts';
import { compareMetrics, losses, type MetricChange } from './compare-metrics.ts';
import { compareSignatures, levelOf, type ChangeLevel, type SignatureChange } from './compare-signatures.ts';
import {
  bump,
  compareSemanticVersions,
  firstSemanticVersion,
  isSemanticVersion,
  type SemanticVersion,
} from './semantic-version.ts';

export const semanticVersionTag = 'millrace.semantic_version';

/** How many differences are shown with a proposal. */
const mostReasons = 50;

export interface SemanticProposal {
  readonly semanticVersion: SemanticVersion;
  /** Null for the first version of a model. */
  readonly level: ChangeLevel | null;
  readonly basedOn: { readonly version: number; readonly semanticVersion: SemanticVersion } | null;
  readonly reasons: readonly SignatureChange[];
  /** Absent in proposals of a time when metrics were not compared. */
  readonly metrics?: readonly MetricChange[];
}

/** What a version is compared by. */
type Compared = Pick<VersionFacts, 'signature' | 'metrics'>;

/** The least semantic version that says what changed since the highest one so far. */
export function proposeSemanticVersion(
  base: ModelVersion | null,
  { signature, metrics = {} }: Compared,
  rules: readonly MetricRule[] = [],
): SemanticProposal {
  const before = base === null ? null : effectiveVersion(base);
  if (base === null || before === null) {
    return { semanticVersion: firstSemanticVersion, level: null, basedOn: null, reasons: [], metrics: [] };
  }
  const measured = compareMetrics(base.facts?.metrics ?? {}, metrics, rules);
  const changes = [...losses(measured), ...compareSignatures(base.facts?.signature ?? null, signature)];
  const level = levelOf(changes);
  return {
    semanticVersion: bump(before, level),
    level,
    basedOn: { version: base.version, semanticVersion: before },
    reasons: changes.slice(0, mostReasons),
    metrics: measured,
  };
}

/** Given by its author, or proposed until it is. */
function effectiveVersion(version: ModelVersion): SemanticVersion | null {
  return version.semanticVersion ?? version.semanticProposal?.semanticVersion ?? null;
}

/** Why a semantic version cannot be given to a version with such a proposal, or null. */
export function refusedVersion(
  model: RegisteredModel,
  given: string,
  { version, semanticProposal }: Pick<ModelVersion, 'version' | 'semanticProposal'>,
): Rejected | null {
  if (!isSemanticVersion(given)) {
    return invalid(
      `Invalid semantic version '${given.slice(0, 100)}': it must be major.minor.patch, for example 1.2.3.`,
    );
  }
  // The first version of a model may begin where its author likes.
  if (semanticProposal?.basedOn && compareSemanticVersions(given, semanticProposal.semanticVersion) < 0) {
    return tooLow(model.name, given, semanticProposal);
  }
  // A new version is above all others by now; one that is named later may meet another.
  for (const other of model.versions.has(version) ? model.versions.values() : []) {
    if (other.version !== version && other.semanticVersion === given) {
      return invalid(`Semantic version ${given} of model "${model.name}" is version ${other.version} already.`);
    }
  }
  return null;
}

/** The version whose semantic version is the highest after one of them was registered or named. */
export function laterBase(base: ModelVersion | null, version: ModelVersion): ModelVersion | null {
  const [now, before] = [effectiveVersion(version), base && effectiveVersion(base)];
  if (now === null) return base;
  const isHighest = before === null || base?.version === version.version || compareSemanticVersions(now, before) > 0;
  return isHighest ? version : base;
}

function tooLow(name: string, given: string, { semanticVersion, level, basedOn, reasons }: SemanticProposal): Rejected {
  const base = `version ${basedOn?.version} is ${basedOn?.semanticVersion} and this is a ${level} change`;
  const why = reasons.filter((reason) => reason.level === level).map(({ path, text }) => `${path} ${text}`);
  return invalid(
    `Semantic version ${given} is too low for model "${name}": at least ${semanticVersion} is needed, since ${base}` +
      (why.length === 0 ? '.' : ` (${why.join('; ')}).`),
  );
}

function invalid(message: string): Rejected {
  return {
    ok: false,
    code: 'INVALID_PARAMETER_VALUE',
    message,
    details: { code: 'REGISTRY_SEMANTIC_VERSION_INVALID' },
  };
}
