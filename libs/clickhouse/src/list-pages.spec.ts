import { expect, test } from 'vitest';
import { listPages } from './list-pages.ts';

const limit = 131_072;

test('cuts a long list into parameters that the server takes, and loses nothing', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => `${i}`.padStart(32, '0'));
  const pages = [...listPages(ids)];
  expect(pages.length).toBe(4);
  expect(pages.flat()).toEqual(ids);
  for (const page of pages) expect(Buffer.byteLength(`['${page.join(`','`)}']`)).toBeLessThan(limit);
});

test('counts bytes and escapes, not characters', () => {
  const [first = []] = listPages(Array.from({ length: 1_000 }, () => `${"'".repeat(100)}${'é'.repeat(100)}`));
  expect(first.length * (200 + 200 + 3)).toBeLessThan(limit);
});

test('asks for nothing when there is nothing to ask for', () => {
  expect([...listPages([])]).toEqual([]);
});
