/** What people and checks have said of a version: promotion rules look at it. */
export interface Approval {
  readonly comment: string;
  readonly atMs: number;
}

export interface CheckResult {
  readonly passed: boolean;
  readonly details: string;
  readonly reportedBy: string;
  readonly atMs: number;
}

export interface ModelCard {
  readonly markdown: string;
  readonly writtenBy: string;
  readonly atMs: number;
}

/** Who nobody knows: what is said without a name counts for nobody. */
export const nobody = 'anonymous';
