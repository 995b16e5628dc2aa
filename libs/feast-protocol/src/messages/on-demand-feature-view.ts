import { message, messageMap, messages, MessageType, text, textMap } from '../wire/message-type.ts';
import { dataSource, type DataSource } from './data-source.ts';
import { featureSpec, type FeatureSpec } from './feature.ts';
import { featureViewProjection, type FeatureViewProjection } from './feature-service.ts';

/** Either a view's features or columns of the request. */
export interface OnDemandSource {
  readonly requestDataSource?: DataSource;
  readonly featureViewProjection?: FeatureViewProjection;
}

export interface FeatureTransformation {
  /** `body` is a pickle, which we never write and never read; clients take `bodyText` before it. */
  readonly userDefinedFunction?: { readonly name?: string; readonly bodyText?: string; readonly mode?: string };
}

export interface OnDemandFeatureViewSpec {
  readonly name?: string;
  readonly project?: string;
  readonly features?: readonly FeatureSpec[];
  readonly sources?: Readonly<Record<string, OnDemandSource>>;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly featureTransformation?: FeatureTransformation;
  readonly mode?: string;
}

/** `feast.core.OnDemandFeatureView`. */
export interface OnDemandFeatureView {
  readonly spec?: OnDemandFeatureViewSpec;
}

const onDemandSource = new MessageType<OnDemandSource>(() => ({
  requestDataSource: message(2, dataSource),
  featureViewProjection: message(3, featureViewProjection),
}));

const userDefinedFunction = new MessageType<NonNullable<FeatureTransformation['userDefinedFunction']>>(() => ({
  name: text(1),
  bodyText: text(3),
  mode: text(4),
}));

const featureTransformation = new MessageType<FeatureTransformation>(() => ({
  userDefinedFunction: message(1, userDefinedFunction),
}));

const onDemandFeatureViewSpec = new MessageType<OnDemandFeatureViewSpec>(() => ({
  name: text(1),
  project: text(2),
  features: messages(3, featureSpec),
  sources: messageMap(4, onDemandSource),
  description: text(6),
  tags: textMap(7),
  featureTransformation: message(10, featureTransformation),
  mode: text(11),
}));

export const onDemandFeatureView = new MessageType<OnDemandFeatureView>(() => ({
  spec: message(1, onDemandFeatureViewSpec),
}));
