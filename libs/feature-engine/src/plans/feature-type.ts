/**
 * Doubles and booleans travel in `numbers` (booleans as 0 and 1). The others are texts and travel in `strings`: a list and a
 * map as their JSON.
 */
export type FeatureType = 'double' | 'boolean' | 'string' | 'list' | 'map';

/** Whether values of a type travel in `strings`. */
export function isText(type: FeatureType): type is 'string' | 'list' | 'map' {
  return type !== 'double' && type !== 'boolean';
}
