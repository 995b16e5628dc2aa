import { createRequire } from 'node:module';

/**
 * kafkajs has no exports map, so its own modules can be read and replaced; the version is pinned exactly and each
 * replacement has a test against the stock one. What is replaced must be replaced before kafkajs itself is loaded,
 * since its modules hold on to each other at load time: see load-kafkajs.ts.
 */
const require = createRequire(import.meta.url);

export function loadInternal(path: string): unknown {
  return require(`kafkajs/${path}`);
}

export function replaceInternal(path: string, exports: unknown): void {
  const resolved = require.resolve(`kafkajs/${path}`);
  require(resolved);
  const cached = require.cache[resolved];
  if (cached) cached.exports = exports;
}

/** kafkajs's growing write buffer, as far as requests hand it around. */
export interface InternalEncoder {
  buf: Buffer;
  offset: number;
  readonly buffer: Buffer;
}

/** A codec as kafkajs calls it. */
export interface InternalCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}
