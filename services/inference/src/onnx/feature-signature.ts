/** One feature of a feature service. Strings, lists and maps (the latter as JSON) travel as texts, everything else as a number. */
export interface Feature {
  readonly name: string;
  readonly type: string;
}

export function isText({ type }: Feature): boolean {
  return type === 'string' || type === 'list' || type === 'map';
}

/** The inputs that a feature service makes, in its order: what a model of an endpoint must take. */
export interface FeatureSignature {
  readonly featureService: string;
  readonly featureServiceVersion: number;
  readonly features: readonly Feature[];
}

/** Where a feature lies in a vector: in its numbers or in its strings, at which index. */
export interface FeatureSlot {
  readonly name: string;
  readonly list: 'numbers' | 'strings';
  readonly index: number;
}

export function featureSlots(features: readonly Feature[]): FeatureSlot[] {
  let numbers = 0;
  let strings = 0;
  return features.map((feature) => {
    const { name } = feature;
    return isText(feature) ? { name, list: 'strings', index: strings++ } : { name, list: 'numbers', index: numbers++ };
  });
}
