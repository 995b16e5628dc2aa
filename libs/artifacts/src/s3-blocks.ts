const mebibyte = 1024 ** 2;
export const firstBlockBytes = 8 * mebibyte;
const blocksOfOneSize = 1000;

/** Size of the n-th block, from 0 on: S3 takes 10,000 parts, so they grow, up to 440 GB in 80 MiB of memory. */
export function blockBytes(index: number): number {
  return firstBlockBytes * (1 + Math.floor(index / blocksOfOneSize));
}

/** A content in blocks of the size that a multipart upload wants; the last may be smaller. Each chunk is shown as it arrives. */
export async function* blocksOf(
  content: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let index = 0;
  for await (const arrived of content) {
    onChunk(arrived);
    let chunk = arrived;
    while (heldBytes + chunk.length >= blockBytes(index)) {
      const room = blockBytes(index) - heldBytes;
      yield Buffer.concat([...held, chunk.subarray(0, room)]);
      chunk = chunk.subarray(room);
      held = [];
      heldBytes = 0;
      index += 1;
    }
    held.push(chunk);
    heldBytes += chunk.length;
  }
  if (heldBytes > 0 || index === 0) yield Buffer.concat(held);
}
