import type { ServingStage } from '../registry-state.ts';

export const metricDirections = ['at-least', 'at-most'] as const;

export interface MetricRule {
  readonly metric: string;
  readonly direction: (typeof metricDirections)[number];
  readonly threshold: number;
}

/** What a version must have before it is put in charge of the targets that the rules guard. */
export interface PromotionRules {
  /** `*` stands for every alias. */
  readonly aliases: readonly string[];
  readonly stages: readonly ServingStage[];
  readonly metrics: readonly MetricRule[];
  readonly card: boolean;
  /** How many others than the author must have approved. */
  readonly approvals: number;
  /** Names of checks whose last report says passed. */
  readonly checks: readonly string[];
  /** The author must have given a semantic version; a proposal alone is none. */
  readonly semanticVersion: boolean;
}

/** Values of a version's metrics, read before the append; null is not a number. */
export type MetricValues = Readonly<Record<string, number | null>>;

export function guards(rules: PromotionRules, target: string): boolean {
  const [kind, ...rest] = target.split(':');
  const name = rest.join(':');
  return kind === 'alias'
    ? rules.aliases.includes(name) || rules.aliases.includes('*')
    : (rules.stages as readonly string[]).includes(name);
}
