/** One feature of a feature service. Everything but `string` travels as a number. */
export interface Feature {
  readonly name: string;
  readonly type: string;
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
  return features.map(({ name, type }) =>
    type === 'string' ? { name, list: 'strings', index: strings++ } : { name, list: 'numbers', index: numbers++ },
  );
}
