/** What a subscription is about: some runs, or all runs of an experiment. */
export type FeedScope =
  { readonly of: 'runs'; readonly ids: readonly string[] } | { readonly of: 'experiment'; readonly id: string };

export interface ScopedWrite {
  readonly subject: string;
  readonly id: string;
  readonly experimentId: string;
}

export function scopeTest(scope: FeedScope): (write: ScopedWrite) => boolean {
  if (scope.of === 'experiment') return ({ subject, experimentId }) => subject === 'run' && experimentId === scope.id;
  const ids = new Set(scope.ids);
  return ({ subject, id }) => subject === 'run' && ids.has(id);
}
