import { expect, it } from 'vitest';
import { blockBytes, blocksOf, firstBlockBytes } from './s3-blocks.ts';

async function sizesOf(...chunkBytes: number[]): Promise<number[]> {
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const bytes of chunkBytes) yield Buffer.alloc(bytes);
  }
  const sizes: number[] = [];
  for await (const block of blocksOf(content(), () => {})) sizes.push(block.length);
  return sizes;
}

it('cuts chunks of any size into blocks, and gives an empty content one empty block', async () => {
  expect(await sizesOf()).toEqual([0]);
  expect(await sizesOf(1, 2)).toEqual([3]);
  expect(await sizesOf(firstBlockBytes)).toEqual([firstBlockBytes]);
  expect(await sizesOf(5, 2 * firstBlockBytes)).toEqual([firstBlockBytes, firstBlockBytes, 5]);
});

it('10,000 blocks hold more than 400 GB', () => {
  const total = Array.from({ length: 10_000 }, (_, index) => blockBytes(index)).reduce((a, b) => a + b, 0);
  expect(total).toBeGreaterThan(400e9);
});
