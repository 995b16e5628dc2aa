import type { Kafka } from 'kafkajs';
import { kafkajs } from '../kafkajs/load-kafkajs.ts';

/** Whether a topic's log may lose records in the middle. Asked only when one is missing, hence over a connection of its own. */
export async function isCompacted(kafka: Kafka, topic: string): Promise<boolean> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }],
    });
    const policy = resources[0]?.configEntries.find(({ configName }) => configName === 'cleanup.policy');
    return policy?.configValue.includes('compact') ?? false;
  } finally {
    await admin.disconnect();
  }
}
