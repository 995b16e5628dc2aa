/** What a role is given on. Everything else, runs and versions for instance, belongs to one of these. */
export interface Subject {
  readonly kind: 'experiment' | 'model';
  /** The experiment's id, the model's name. */
  readonly id: string;
  /** Has the role admin on it. */
  readonly createdBy: string | null;
  /** What was given before is about another one that had its name. */
  readonly createdAtMs: number;
}

export function subjectKey({ kind, id }: Pick<Subject, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
