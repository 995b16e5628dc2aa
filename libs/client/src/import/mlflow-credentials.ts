import { readFileSync } from 'node:fs';
import { ClientError } from '../client-error.ts';
import type { Environment } from '../connect/platform-environment.ts';

export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface MlflowAccess {
  /** Without the name and password that it may hold. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
}

/** How a server is reached and who asks, from the address and the variables that MLflow's own clients read. */
export function mlflowAccess(address: string, env: Environment): MlflowAccess {
  const url = parsedUrl(address);
  const username = decodeURIComponent(url.username) || env['MLFLOW_TRACKING_USERNAME'];
  const password = decodeURIComponent(url.password) || env['MLFLOW_TRACKING_PASSWORD'];
  const token = env['MLFLOW_TRACKING_TOKEN'];
  const authorization =
    username !== undefined && password !== undefined
      ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      : token === undefined
        ? undefined
        : `Bearer ${token}`;
  url.username = '';
  url.password = '';
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    headers: authorization === undefined ? {} : { authorization },
    tls: tlsOf(env),
  };
}

function parsedUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ClientError(
    'CLIENT_OPTIONS_INVALID',
    `"${address}" is no address of a server: give one such as http://127.0.0.1:5000`,
  );
}

function tlsOf(env: Environment): TlsSettings {
  const clientCertificate = pem(env, 'MLFLOW_TRACKING_CLIENT_CERT_PATH');
  const ca = pem(env, 'MLFLOW_TRACKING_SERVER_CERT_PATH');
  return {
    ...(/^(true|1)$/i.test(env['MLFLOW_TRACKING_INSECURE_TLS'] ?? '') && { rejectUnauthorized: false }),
    ...(ca !== undefined && { ca }),
    // One file with both, as MLflow's clients have it.
    ...(clientCertificate !== undefined && { cert: clientCertificate, key: clientCertificate }),
  };
}

function pem(env: Environment, name: string): string | undefined {
  const path = env[name];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ClientError('CLIENT_CONFIG_INVALID', `${name}: "${path}" cannot be read`, { cause });
  }
}

/** What is wrong, and what helps, when a source does not answer. */
export function unreachableSource(url: string, cause: Error): string {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (/CERT|TLS|SSL|SIGNATURE/.test(code)) {
    return `${url}: its certificate is not trusted (${cause.message}): name the authority in MLFLOW_TRACKING_SERVER_CERT_PATH, or trust any with MLFLOW_TRACKING_INSECURE_TLS=true`;
  }
  return `${url} does not answer (${cause.message || code}): is it the address of a running MLflow server?`;
}
