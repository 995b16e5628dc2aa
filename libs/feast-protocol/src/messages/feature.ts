import { integer, MessageType, text, textMap } from '../wire/message-type.ts';

/** `feast.core.FeatureSpecV2`: a column with its type, be it a feature or a key. */
export interface FeatureSpec {
  readonly name?: string;
  readonly valueType?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
}

export const featureSpec = new MessageType<FeatureSpec>(() => ({
  name: text(1),
  valueType: integer(2),
  tags: textMap(3),
  description: text(4),
}));
