import { flag, integer, message, messages, MessageType, text, textMap, texts } from '../wire/message-type.ts';
import { dataSource, type DataSource } from './data-source.ts';
import { featureSpec, type FeatureSpec } from './feature.ts';
import { seconds, type Seconds } from './well-known.ts';

export interface FeatureViewSpec {
  readonly name?: string;
  readonly project?: string;
  /** Names of entities. */
  readonly entities?: readonly string[];
  readonly features?: readonly FeatureSpec[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly ttl?: Seconds;
  readonly batchSource?: DataSource;
  readonly online?: boolean;
  readonly streamSource?: DataSource;
  readonly description?: string;
  /** Key columns with their types: what a client writes is read by them. */
  readonly entityColumns?: readonly FeatureSpec[];
}

export interface FeatureViewMeta {
  readonly currentVersionNumber?: number;
}

/** `feast.core.FeatureView`. */
export interface FeatureView {
  readonly spec?: FeatureViewSpec;
  readonly meta?: FeatureViewMeta;
}

const featureViewSpec = new MessageType<FeatureViewSpec>(() => ({
  name: text(1),
  project: text(2),
  entities: texts(3),
  features: messages(4, featureSpec),
  tags: textMap(5),
  ttl: message(6, seconds),
  batchSource: message(7, dataSource),
  online: flag(8),
  streamSource: message(9, dataSource),
  description: text(10),
  entityColumns: messages(12, featureSpec),
}));

const featureViewMeta = new MessageType<FeatureViewMeta>(() => ({ currentVersionNumber: integer(4) }));

export const featureView = new MessageType<FeatureView>(() => ({
  spec: message(1, featureViewSpec),
  meta: message(2, featureViewMeta),
}));
