import { createRequire } from 'node:module';
import path from 'node:path';

const packageFile = '@chdb/lib-linux-x64-gnu/package.json';

/** The library file. Throws where npm had none to install: it is published for Linux on x86-64 with glibc only. */
export function clickhouseLibrary(): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(packageFile)), 'libchdb.so');
  } catch (cause) {
    throw new Error(
      `ClickHouse's library is not installed. It is for Linux on x86-64 with glibc, this is ${process.platform} on ${process.arch}: ` +
        'name a ClickHouse of yours in MILLRACE_CLICKHOUSE_URL, or run everything with "docker compose up". ' +
        'On x86-64, delete node_modules and try again',
      { cause },
    );
  }
}
