import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mlflowAccess, unreachableSource } from './mlflow-credentials.ts';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

it.each([
  ['http://a:5000/', {}, 'http://a:5000', {}],
  ['https://a/mlflow/', { MLFLOW_TRACKING_TOKEN: 't' }, 'https://a/mlflow', { authorization: 'Bearer t' }],
  [
    'http://a',
    { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p', MLFLOW_TRACKING_TOKEN: 't' },
    'http://a',
    basic('u:p'),
  ],
  ['http://u:p%40@a:1', {}, 'http://a:1', basic('u:p@')],
])('%s with %o is asked as %s', (address, env, url, headers) => {
  expect(mlflowAccess(address, env)).toEqual({ url, headers, tls: {} });
});

it('certificates are read from the files that the variables name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'credentials-test-'));
  const file = join(folder, 'pem');
  writeFileSync(file, 'PEM');
  const env = { MLFLOW_TRACKING_SERVER_CERT_PATH: file, MLFLOW_TRACKING_CLIENT_CERT_PATH: file };
  expect(mlflowAccess('https://a', { ...env, MLFLOW_TRACKING_INSECURE_TLS: 'true' }).tls).toEqual({
    ca: 'PEM',
    cert: 'PEM',
    key: 'PEM',
    rejectUnauthorized: false,
  });
  rmSync(folder, { recursive: true });
  expect(() => mlflowAccess('https://a', env)).toThrow(/MLFLOW_TRACKING_CLIENT_CERT_PATH: ".*pem" cannot be read/);
});

it.each(['a:5000', 'ftp://a', 'sqlite:///x.db', ''])('%j is refused as an address', (address) => {
  expect(() => mlflowAccess(address, {})).toThrow(expect.objectContaining({ code: 'CLIENT_OPTIONS_INVALID' }));
});

it('a certificate that is not trusted is told from a server that is not there', () => {
  const fault = (code: string) => Object.assign(new Error('it failed'), { code });
  expect(unreachableSource('https://a', fault('SELF_SIGNED_CERT_IN_CHAIN'))).toContain(
    'MLFLOW_TRACKING_SERVER_CERT_PATH',
  );
  expect(unreachableSource('https://a', fault('ECONNREFUSED'))).toContain(
    'is it the address of a running MLflow server?',
  );
});
