import { message, messages, MessageType, optionalInteger, text, textMap } from '../wire/message-type.ts';
import { featureSpec, type FeatureSpec } from './feature.ts';

/** `feast.core.FeatureViewProjection`: what a service takes of a view. */
export interface FeatureViewProjection {
  readonly featureViewName?: string;
  readonly featureColumns?: readonly FeatureSpec[];
  readonly featureViewNameAlias?: string;
  /** The view's join key to the name that requests have for it. */
  readonly joinKeyMap?: Readonly<Record<string, string>>;
  /** The version that is pinned; absent: the newest. */
  readonly versionTag?: number;
  readonly viewType?: string;
}

export interface FeatureServiceSpec {
  readonly name?: string;
  readonly project?: string;
  readonly features?: readonly FeatureViewProjection[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/** `feast.core.FeatureService`. */
export interface FeatureService {
  readonly spec?: FeatureServiceSpec;
}

export const featureViewProjection = new MessageType<FeatureViewProjection>(() => ({
  featureViewName: text(1),
  featureColumns: messages(2, featureSpec),
  featureViewNameAlias: text(3),
  joinKeyMap: textMap(4),
  versionTag: optionalInteger(10),
  viewType: text(11),
}));

const featureServiceSpec = new MessageType<FeatureServiceSpec>(() => ({
  name: text(1),
  project: text(2),
  features: messages(3, featureViewProjection),
  tags: textMap(4),
  description: text(5),
}));

export const featureService = new MessageType<FeatureService>(() => ({ spec: message(1, featureServiceSpec) }));
