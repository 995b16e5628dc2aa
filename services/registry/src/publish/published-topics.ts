import { topics } from '@millrace/schemas';

/** What the publisher writes: made before it starts. */
export const publishedTopics = [
  topics['registry.model-promoted'],
  topics['registry.promotion-ended'],
  topics['registry.version-registered'],
  topics['registry.version-archived'],
];
