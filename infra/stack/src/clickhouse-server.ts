import { DataType, load, open } from 'ffi-rs';
import { clickhouseLibrary } from './servers/clickhouse-library.ts';

/**
 * A program of its own: ClickHouse's whole local program runs inside this process until its keep-alive pipe is closed.
 * `query_stable_v2` is an undocumented export of the library, so the version is pinned and a test starts it.
 */
const [data, configuration, pipe, httpPort, nativePort] = process.argv.slice(2);
if (!data || !configuration || !pipe || !httpPort || !nativePort) {
  throw new Error('usage: clickhouse-server DATA CONFIGURATION PIPE HTTP_PORT NATIVE_PORT');
}

open({ library: 'chdb', path: clickhouseLibrary() });

const query = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  `SELECT count() FROM file('${pipe.replaceAll("'", "\\'")}', 'LineAsString')`,
].join('; ');

const args = [
  'clickhouse',
  `--path=${data}`,
  '--listen_host=127.0.0.1',
  `--http_port=${httpPort}`,
  `--tcp_port=${nativePort}`,
  `--config-file=${configuration}`,
  '--logger.console=1',
  `--query=${query}`,
];

try {
  await load({
    library: 'chdb',
    funcName: 'query_stable_v2',
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [args.length, args],
    runInNewThread: true,
  });
  process.exit(0);
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}
