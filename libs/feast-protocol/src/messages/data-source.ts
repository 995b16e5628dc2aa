import { integer, message, messages, MessageType, text, textMap } from '../wire/message-type.ts';
import { featureSpec, type FeatureSpec } from './feature.ts';

/** Numbers of `feast.core.DataSource.SourceType` that ours have. */
export const sourceTypes = { file: 1, request: 7, push: 9 } as const;

/** `feast.core.DataSource`. */
export interface DataSource {
  readonly type?: number;
  readonly fieldMapping?: Readonly<Record<string, string>>;
  readonly timestampField?: string;
  readonly createdTimestampColumn?: string;
  /** Of a file: where it is. */
  readonly file?: { readonly uri?: string };
  /** Of a request source: the columns that a request brings itself. */
  readonly requestData?: { readonly schema?: readonly FeatureSpec[] };
  readonly name?: string;
  readonly project?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly batchSource?: DataSource;
}

const fileOptions = new MessageType<{ readonly uri?: string }>(() => ({ uri: text(2) }));

const requestDataOptions = new MessageType<{ readonly schema?: readonly FeatureSpec[] }>(() => ({
  schema: messages(3, featureSpec),
}));

export const dataSource: MessageType<DataSource> = new MessageType<DataSource>(() => ({
  type: integer(1),
  fieldMapping: textMap(2),
  timestampField: text(3),
  createdTimestampColumn: text(5),
  file: message(11, fileOptions),
  requestData: message(18, requestDataOptions),
  name: text(20),
  project: text(21),
  description: text(23),
  tags: textMap(24),
  batchSource: message(26, dataSource),
}));
