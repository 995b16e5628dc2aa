import { open } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';

/** `timeMs` orders; entries of equal time stay in the order in which they came. */
export interface TimedEntry<T> {
  readonly timeMs: number;
  readonly entry: T;
}

/** Entries in a block: what a merge holds of each run. */
const blockEntries = 64;
const lengthBytes = 4;

/** Writes entries as blocks of V8's own serialization, which keeps big integers, dates and NaN as they are. */
export async function writeRun<T>(path: string, entries: AsyncIterable<TimedEntry<T>>): Promise<void> {
  await using file = await open(path, 'wx');
  let block: TimedEntry<T>[] = [];
  const flush = async (): Promise<void> => {
    if (block.length === 0) return;
    const body = serialize(block);
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(body.length);
    await file.writeFile(Buffer.concat([length, body]));
    block = [];
  };
  for await (const entry of entries) {
    block.push(entry);
    if (block.length === blockEntries) await flush();
  }
  await flush();
}

export async function* readRun<T>(path: string): AsyncGenerator<TimedEntry<T>> {
  await using file = await open(path);
  const read = async (size: number): Promise<Buffer | null> => {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at);
      if (bytesRead === 0) return null;
      at += bytesRead;
    }
    return bytes;
  };
  for (let length = await read(lengthBytes); length !== null; length = await read(lengthBytes)) {
    const body = await read(length.readUInt32BE());
    if (body === null) return;
    yield* deserialize(body) as TimedEntry<T>[];
  }
}
