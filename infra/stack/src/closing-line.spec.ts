import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ClosingLine } from './closing-line.ts';

async function through(...chunks: string[]): Promise<{ output: string; line: string | null }> {
  const closing = new ClosingLine();
  const output = text(closing);
  for (const chunk of chunks) closing.write(chunk);
  closing.end();
  return { output: await output, line: closing.line };
}

test('keeps the counted line of a program for the end, wherever its output is cut', async () => {
  expect(await through('one\n7 pas', 'sed, 0 failed\ntwo')).toEqual({ output: 'one\ntwo', line: '7 passed, 0 failed' });
});

test('passes on what only looks like it', async () => {
  const output = 'unit: 7 passed, 0 failed\n7 passed, 0 failed of 7\n';
  expect(await through(output)).toEqual({ output, line: null });
});
