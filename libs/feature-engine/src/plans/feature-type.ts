/** Doubles and booleans travel in `numbers` (booleans as 0 and 1), strings in `strings`. */
export type FeatureType = 'double' | 'boolean' | 'string';
