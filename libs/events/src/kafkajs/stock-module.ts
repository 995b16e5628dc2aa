import { createRequire } from 'node:module';

/** For this package's own tests: a module as kafkajs ships it, from a second copy that no patch has changed. */
export function stockModule(path: string): unknown {
  const require = createRequire(import.meta.url);
  const resolved = require.resolve(`kafkajs/${path}`);
  const cached = require.cache[resolved];
  delete require.cache[resolved];
  const stock: unknown = require(resolved);
  if (cached) require.cache[resolved] = cached;
  return stock;
}
