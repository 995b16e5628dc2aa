import { integer, message, MessageType, text, textMap } from '../wire/message-type.ts';

export interface EntitySpec {
  readonly name?: string;
  readonly valueType?: number;
  readonly description?: string;
  readonly joinKey?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly project?: string;
}

/** `feast.core.Entity`. */
export interface Entity {
  readonly spec?: EntitySpec;
}

const entitySpec = new MessageType<EntitySpec>(() => ({
  name: text(1),
  valueType: integer(2),
  description: text(3),
  joinKey: text(4),
  tags: textMap(8),
  project: text(9),
}));

export const entity = new MessageType<Entity>(() => ({ spec: message(1, entitySpec) }));
