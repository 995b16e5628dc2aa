export const FEATURES_JOURNAL = Symbol('features journal');
