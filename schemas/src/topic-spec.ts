/** A topic of ours as it must exist on the broker; the name is without the installation's prefix. */
export interface TopicSpec {
  readonly name: string;
  /** Name of the one record this topic holds, or null when its values are copies of foreign bytes. */
  readonly schema: string | null;
  /** What the record key is, in words. */
  readonly key: string;
  readonly partitions: number;
  /** How long records stay; -1 keeps them for ever. */
  readonly retentionMs: number;
  readonly cleanup: 'delete' | 'compact';
  readonly maxMessageBytes: number;
}

/** The registry subject of a topic's values. */
export function subjectOf(topicName: string): string {
  return `${topicName}-value`;
}

/** One member of a family such as `features.by-{view}`; `value` takes the place of the placeholder. */
export function topicOfFamily(family: TopicSpec, value: string): TopicSpec {
  return { ...family, name: family.name.replace(/\{[^}]+\}/, () => value) };
}
