import { expect, test } from 'vitest';
import { describeProgram } from './named-programs.ts';

test('a program describes itself in its first comment', () => {
  expect(describeProgram("/** Drains a topic\n * and measures it. */\nimport x from 'y';")).toBe(
    'Drains a topic and measures it.',
  );
  expect(describeProgram("import x from 'y'; /** not this */")).toBe('');
});
