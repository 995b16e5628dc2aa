import { FeastError } from './feast-error.ts';

/** `view:feature`, or `view@v2:feature` for a version that is not the newest. */
export interface FeatureReference {
  readonly view: string;
  /** Absent: the newest that serves. */
  readonly version?: number;
  readonly feature: string;
}

/** A view or a feature service by its name; `name@latest` is the same as the name alone. */
export function readVersionedName(text: string): { readonly name: string; readonly version?: number } {
  const at = text.lastIndexOf('@');
  if (at === -1) return { name: text };
  const tag = text.slice(at + 1);
  if (tag === '' || tag.toLowerCase() === 'latest') return { name: text.slice(0, at) };
  // Any other tag is part of a name, as Feast has it: it is not found then.
  if (!/^[vV]\d{1,9}$/.test(tag)) return { name: text };
  return { name: text.slice(0, at), version: Number(tag.slice(1)) };
}

/** @throws FeastError when the text names no feature. */
export function readFeatureReference(text: string): FeatureReference {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) {
    throw new FeastError(
      'FEAST_REQUEST_INVALID',
      `"${text}" names no feature: a reference is "<feature view>:<feature>" or "<feature view>@v<version>:<feature>"`,
    );
  }
  const { name, version } = readVersionedName(text.slice(0, colon));
  const feature = text.slice(colon + 1);
  return version === undefined ? { view: name, feature } : { view: name, version, feature };
}

/** The name of a view among the answer's full names and in the registry. */
export function versionedViewName({ view, version }: Pick<FeatureReference, 'view' | 'version'>): string {
  return version === undefined ? view : `${view}@v${version}`;
}

/** @throws FeastError when two features of one answer would have the same name. */
export function checkNames(references: readonly FeatureReference[], fullNames: boolean): void {
  const seen = new Set<string>();
  for (const reference of references) {
    const name = answerName(reference, fullNames);
    if (!seen.has(name)) {
      seen.add(name);
      continue;
    }
    throw new FeastError(
      'FEAST_NAME_COLLISION_INVALID',
      `two features of the answer are called "${name}": ${fullNames ? 'ask for each once' : 'ask with full_feature_names, or for one of them'}`,
    );
  }
}

/** The name of a feature in the answer. */
export function answerName(reference: FeatureReference, fullNames: boolean): string {
  return fullNames ? `${versionedViewName(reference)}__${reference.feature}` : reference.feature;
}
