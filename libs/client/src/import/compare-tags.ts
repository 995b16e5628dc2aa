import type { KeyValue } from './mlflow-entities.ts';

export interface TagChanges {
  readonly missing: readonly { readonly key: string; readonly value: string }[];
  /** The keys whose values differ: what is here stays. */
  readonly differing: readonly string[];
}

/** What of the source's tags or params is not here yet, and what is here with another value. */
export function compareTags(source: readonly KeyValue[] = [], here: readonly KeyValue[] = []): TagChanges {
  const held = new Map(here.map(({ key, value = '' }) => [key, value]));
  const wanted = source.map(({ key, value = '' }) => ({ key, value }));
  return {
    missing: wanted.filter(({ key }) => !held.has(key)),
    differing: wanted.filter(({ key, value }) => held.has(key) && held.get(key) !== value).map(({ key }) => key),
  };
}
