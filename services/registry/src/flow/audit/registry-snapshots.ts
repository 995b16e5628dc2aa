import type { ModelVersion, RegisteredModel } from '../registry-state.ts';
import type { ModelCard } from '../rules/version-evidence.ts';
import { VersionMap } from '../version-map.ts';

type Plain<T> = {
  readonly [K in keyof T]: T[K] extends ReadonlyMap<string, infer V> ? Readonly<Record<string, V>> : T[K];
};

/** A version as the audit trail keeps it. Of its card the newest text is there; the earlier ones are in the commands that wrote them. */
export interface VersionSnapshot extends Plain<Omit<ModelVersion, 'cards'>> {
  readonly card: ModelCard | null;
  readonly cardRevisions: number;
}

/** A model without its versions: each of them is a thing of its own in the trail. */
export type ModelSnapshot = Plain<Omit<RegisteredModel, 'versions' | 'history' | 'semanticBase'>>;

export function versionSnapshot({ cards, ...version }: ModelVersion): VersionSnapshot {
  return {
    ...version,
    tags: Object.fromEntries(version.tags),
    approvals: Object.fromEntries(version.approvals),
    checks: Object.fromEntries(version.checks),
    card: cards.at(-1) ?? null,
    cardRevisions: cards.length,
  };
}

export function modelSnapshot({
  versions: _v,
  history: _h,
  semanticBase: _s,
  ...model
}: RegisteredModel): ModelSnapshot {
  return { ...model, tags: Object.fromEntries(model.tags), aliases: Object.fromEntries(model.aliases) };
}

export function versionOf({ card, cardRevisions: _revisions, ...snapshot }: VersionSnapshot): ModelVersion {
  return {
    ...snapshot,
    tags: new Map(Object.entries(snapshot.tags)),
    approvals: new Map(Object.entries(snapshot.approvals)),
    checks: new Map(Object.entries(snapshot.checks)),
    cards: card === null ? [] : [card],
  };
}

export function modelOf(snapshot: ModelSnapshot, versions: readonly VersionSnapshot[]): RegisteredModel {
  return {
    ...snapshot,
    tags: new Map(Object.entries(snapshot.tags)),
    aliases: new Map(Object.entries(snapshot.aliases)),
    versions: versions.reduce((map, version) => map.with(versionOf(version)), VersionMap.empty),
    history: new Map(),
    semanticBase: null,
  };
}
