import { expect, test } from 'vitest';
import { UncheckedVectors, type ServedVector } from './unchecked-vectors.ts';

const fraud = { lane: 'fraud@1', generation: 0 };
const limitMs = 300_000;

function vectorAt(computedAtMs: number, of: Partial<ServedVector> = {}): ServedVector {
  return { ...fraud, sourcePartition: 0, sourceOffset: computedAtMs, computedAtMs, ...of };
}

test('stays healthy for ever when traffic has ended and all of it was checked', () => {
  const vectors = new UncheckedVectors();
  vectors.served([vectorAt(1_000), vectorAt(2_000)]);
  vectors.checked(fraud, 5_000);
  expect(vectors.allYoungerThan(limitMs, 86_400_000)).toBe(true);
});

test('is not healthy when vectors are served and none is checked', () => {
  const vectors = new UncheckedVectors();
  for (let ms = 0; ms <= limitMs; ms += 1_000) vectors.served([vectorAt(ms)]);
  expect(vectors.allYoungerThan(limitMs, limitMs - 1)).toBe(true);
  expect(vectors.allYoungerThan(limitMs, limitMs)).toBe(false);
});

test('owes what was served after the bound of a round since that bound', () => {
  const vectors = new UncheckedVectors();
  vectors.served([vectorAt(1_000), vectorAt(8_000)]);
  vectors.checked(fraud, 5_000);
  expect(vectors.allYoungerThan(limitMs, 5_000 + limitMs - 1)).toBe(true);
  expect(vectors.allYoungerThan(limitMs, 5_000 + limitMs)).toBe(false);
});

test('one lane that is checked says nothing of another', () => {
  const vectors = new UncheckedVectors();
  vectors.served([vectorAt(0), vectorAt(0, { lane: 'risk@1' })]);
  vectors.checked(fraud, 5_000);
  expect(vectors.allYoungerThan(limitMs, limitMs)).toBe(false);
  vectors.keepOnly([fraud]);
  expect(vectors.allYoungerThan(limitMs, limitMs)).toBe(true);
});
