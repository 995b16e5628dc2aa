import type { Fault } from '@millrace/service-kit';
import type { ModelVersion } from '../registry-state.ts';
import type { MetricRule, MetricValues, PromotionRules } from './promotion-rules.ts';
import { nobody } from './version-evidence.ts';

/** Everything that a version lacks by the rules, so that all of it can be mended at once. */
export function missingEvidence(rules: PromotionRules, version: ModelVersion, metrics: MetricValues): Fault[] {
  return [
    ...rules.metrics.flatMap((rule) => missingMetric(rule, version, metrics)),
    ...(rules.card && version.cards.length === 0 ? [{ path: 'card', message: 'the model card is missing' }] : []),
    ...missingApprovals(rules.approvals, version),
    ...rules.checks.flatMap((check) => missingCheck(check, version)),
    ...(rules.semanticVersion && version.semanticVersion === null
      ? [{ path: 'semanticVersion', message: 'no semantic version was given' }]
      : []),
  ];
}

function missingMetric({ metric, direction, threshold }: MetricRule, version: ModelVersion, metrics: MetricValues) {
  const bound = `${direction === 'at-least' ? 'at least' : 'at most'} ${threshold} is required`;
  const fault = (message: string): Fault[] => [{ path: `metrics.${metric}`, message: `${message}, ${bound}` }];
  const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
  if (value === undefined) {
    const where = version.runId === null && version.modelId === null ? ': the version has no run' : '';
    return fault(`metric "${metric}" has no value${where}`);
  }
  if (value === null) return fault(`metric "${metric}" is not a number`);
  const isMet = direction === 'at-least' ? value >= threshold : value <= threshold;
  return isMet ? [] : fault(`metric "${metric}" is ${value}`);
}

function missingApprovals(required: number, version: ModelVersion): Fault[] {
  const by = [...version.approvals.keys()].filter((name) => name !== version.createdBy && name !== nobody);
  if (by.length >= required) return [];
  const given = by.length === 0 ? '' : ` (given by ${by.join(', ')})`;
  const message = `${by.length} of ${required} approvals by others than the author ${version.createdBy}${given}`;
  return [{ path: 'approvals', message }];
}

function missingCheck(check: string, version: ModelVersion): Fault[] {
  const result = version.checks.get(check);
  if (result?.passed) return [];
  const what = result === undefined ? 'has not been reported' : 'has failed';
  return [{ path: `checks.${check}`, message: `check "${check}" ${what}` }];
}
