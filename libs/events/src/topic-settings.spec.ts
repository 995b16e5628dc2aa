import { expect, test } from 'vitest';
import { configOf, mismatchesOf, remedyOf } from './topic-settings.ts';

const spec = {
  name: 'features.vectors',
  schema: 'FeatureVector',
  key: '',
  partitions: 16,
  retentionMs: -1,
  cleanup: 'delete',
  maxMessageBytes: 1024,
} as const;
const asConfigured = new Map(configOf(spec).map(({ name, value }) => [name, value]));

test('a topic as configured has no mismatch', () => {
  expect(mismatchesOf(spec, { partitions: 16, config: asConfigured })).toEqual([]);
});

test('every differing setting is named with both values', () => {
  const config = new Map([...asConfigured, ['retention.ms', '60000']]);
  expect(mismatchesOf(spec, { partitions: 3, config })).toEqual([
    { setting: 'partitions', found: '3', wanted: '16' },
    { setting: 'retention.ms', found: '60000', wanted: '-1' },
  ]);
});

test('the remedy for a setting is the command that changes it', () => {
  const remedy = remedyOf('features.vectors', { setting: 'retention.ms', found: '60000', wanted: '-1' });
  expect(remedy).toContain('--entity-name features.vectors --add-config retention.ms=-1');
});
