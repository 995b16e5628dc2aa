import type { TopicSpec } from '@millrace/schemas';

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
}

/** The broker settings that a topic's description stands for; everything else is the broker's default. */
export function configOf(spec: TopicSpec): ConfigEntry[] {
  return [
    { name: 'cleanup.policy', value: spec.cleanup },
    { name: 'retention.ms', value: String(spec.retentionMs) },
    { name: 'retention.bytes', value: '-1' },
    { name: 'max.message.bytes', value: String(spec.maxMessageBytes) },
  ];
}

export interface ExistingTopic {
  readonly partitions: number;
  readonly config: ReadonlyMap<string, string>;
}

export interface Mismatch {
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
}

/** Where an existing topic differs from its description. */
export function mismatchesOf(spec: TopicSpec, existing: ExistingTopic): Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (existing.partitions !== spec.partitions) {
    mismatches.push({ setting: 'partitions', found: String(existing.partitions), wanted: String(spec.partitions) });
  }
  for (const { name, value } of configOf(spec)) {
    const found = existing.config.get(name);
    if (found !== undefined && found !== value) mismatches.push({ setting: name, found, wanted: value });
  }
  return mismatches;
}

/** What to do about a mismatch, as a sentence with the command where one exists. */
export function remedyOf(topic: string, { setting, found, wanted }: Mismatch): string {
  if (setting !== 'partitions') {
    return `run "kafka-configs --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${wanted}", or change schemas/topics.yaml`;
  }
  return `a derived topic's partition count must never change (records of one lane would move): set partitions: ${found} in schemas/topics.yaml, or delete the topic with everything derived from it`;
}
