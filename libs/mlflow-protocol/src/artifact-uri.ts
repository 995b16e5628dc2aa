import { invalidParameter } from './mlflow-error.ts';

/** An address cut as MLflow cuts it: what has no scheme is a path of a file system. */
export interface ArtifactUri {
  /** In small letters; empty for a path. */
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  /** What stands behind `;` in the last part of the path, of the schemes that know such. */
  readonly parameters: string;
  readonly query: string;
  readonly fragment: string;
}

const schemesWithParameters: readonly string[] = ['', 'http', 'https', 'ftp', 'sftp'];

export function splitArtifactUri(uri: string): ArtifactUri {
  const [, named = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):)?(.*)$/is.exec(uri) ?? [];
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  const scheme = named.toLowerCase();
  const semicolon = path.indexOf(';', path.lastIndexOf('/') + 1);
  const parameters = semicolon >= 0 && schemesWithParameters.includes(scheme) ? path.slice(semicolon + 1) : '';
  return { scheme, authority, path, parameters, query, fragment };
}

const hostAddressed: readonly string[] = [
  'ftp',
  'sftp',
  'hdfs',
  'viewfs',
  'http',
  'https',
  'mlflow-artifacts',
  'r2',
  'b2',
  'abfss',
];

/** MLflow takes no address that would make a server connect to a host of a client's choice; nor do we. */
export function checkNamesNoHost(uri: string, field: string): void {
  const { scheme, authority } = splitArtifactUri(uri);
  if (!hostAddressed.includes(scheme) || (scheme === 'mlflow-artifacts' && authority === '')) return;
  throw invalidParameter(
    `'${field}' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other than the tracking server's configured artifact storage, so the server would connect to the host named in the URI.`,
  );
}

const maxDecodings = 10;

/** Percent-decoded until nothing changes; undefined of what is encoded more often than anybody does. */
export function fullyDecoded(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < maxDecodings; round += 1) {
    const next = current.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    );
    if (next === current) return current;
    current = next;
  }
  return undefined;
}
