import { readConfig } from '@millrace/service-kit';
import { expect, it } from 'vitest';
import { accessConfig } from './access-config.ts';

const read = (env: Record<string, string>) => readConfig({ access: accessConfig }, env).access;
const serviceToken = { MILLRACE_AUTH_SERVICE_TOKEN: 'a-secret-of-services' };

it.each([
  [{}, false],
  [{ MILLRACE_HOST: 'localhost' }, false],
  [{ MILLRACE_HOST: '::1' }, false],
  [{ MILLRACE_HOST: '127.0.0.5' }, false],
  [{ MILLRACE_HOST: '0.0.0.0', ...serviceToken }, true],
  [{ MILLRACE_HOST: '127.example.com', ...serviceToken }, true],
  [{ MILLRACE_HOST: '::', ...serviceToken }, true],
  [{ MILLRACE_HOST: '0.0.0.0', MILLRACE_AUTH: 'off' }, false],
  [{ MILLRACE_AUTH: 'on', ...serviceToken }, true],
])('%j: whether everybody has to sign in: %j', (env, isOn) => expect(read(env).isOn).toBe(isOn));

it.each([
  [{ MILLRACE_HOST: '0.0.0.0' }, 'MILLRACE_AUTH_SERVICE_TOKEN is not set: MILLRACE_HOST=0.0.0.0 lets other machines'],
  [{ MILLRACE_AUTH: 'on' }, 'MILLRACE_AUTH_SERVICE_TOKEN is not set: MILLRACE_AUTH is on'],
  [{ MILLRACE_AUTH: 'yes' }, 'MILLRACE_AUTH is neither on nor off'],
  [{ MILLRACE_AUTH_SERVICE_TOKEN: 'short' }, 'MILLRACE_AUTH_SERVICE_TOKEN is shorter than 16'],
  [{ MILLRACE_AUTH_ADMIN_PASSWORD: 'x' }, 'MILLRACE_AUTH_ADMIN_PASSWORD is shorter than 8'],
  [{ MILLRACE_AUTH_ADMIN_USER: 'a b' }, 'MILLRACE_AUTH_ADMIN_USER is no user name'],
  [{ MILLRACE_AUTH_DEFAULT_ROLE: 'owner' }, 'MILLRACE_AUTH_DEFAULT_ROLE is none of none, viewer'],
  [{ MILLRACE_AUTH_OIDC_ISSUER: 'https://id.example' }, 'MILLRACE_AUTH_OIDC_AUDIENCE is needed'],
])('%j is refused: %s', (env, message) => expect(() => read(env)).toThrow(message));
