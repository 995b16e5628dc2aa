import type { Journal } from '@millrace/events';
import type { FeaturesCommand, FeaturesState } from './flow/definitions-domain.ts';

export const FEATURES_JOURNAL = Symbol('features journal');

export type FeaturesJournal = Journal<FeaturesState, FeaturesCommand>;
