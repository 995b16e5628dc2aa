import { expect, test } from 'vitest';
import { abandonedSpines, spineTableName } from './abandoned-spines.ts';

const dayMs = 86_400_000;
const id = '0f8fad5b-d9cb-469f-a165-70867728950e';

test('a table is abandoned a day after its training set was begun, and no other table ever is', () => {
  const [old, young] = [spineTableName(id, 1_000), spineTableName(id, dayMs)];
  const tables = [old, young, 'source_payments', 'training_spine_mine', 'feature_vectors'];
  expect(abandonedSpines(tables, 1_000 + dayMs)).toEqual([]);
  expect(abandonedSpines(tables, 1_001 + dayMs)).toEqual([old]);
});
