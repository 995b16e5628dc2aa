import { expect, test } from 'vitest';
import { javaMajor } from './java.ts';

test.each([
  ['openjdk version "25.0.2" 2026-01-20 LTS', 25],
  ['openjdk version "21" 2023-09-19', 21],
  ['java version "1.8.0_412"', 8],
  ['bash: java: command not found', null],
])('%s is Java %s', (output, major) => {
  expect(javaMajor(output)).toBe(major);
});
