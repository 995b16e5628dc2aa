import { isIP } from 'node:net';
import { textSetting } from '@millrace/service-kit';
import { z } from 'zod';
import { faultOfUserName } from './roles/principal.ts';
import { subjectRoles, type SubjectRole } from './roles/role.ts';
import type { OidcSettings } from './sign-in/oidc-tokens.ts';

export interface AccessSettings {
  readonly isOn: boolean;
  /** What our own services prove themselves with to one another; sent also while nobody has to sign in. */
  readonly serviceToken: string | undefined;
  readonly firstAdmin: { readonly name: string; readonly password: string | undefined };
  readonly defaultRole: SubjectRole;
  readonly oidc: OidcSettings | null;
}

const shortestSecret = 16;
const shortestPassword = 8;

/** The secret that the services of one platform share. */
const serviceTokenSetting = z
  .string()
  .min(shortestSecret, `is shorter than ${shortestSecret} characters`)
  .regex(/^[A-Za-z0-9._~-]+$/, 'may hold letters, digits and . _ ~ - only')
  .optional();

/** Reads MILLRACE_AUTH…. Off by default where only this machine can connect, on where others can. */
export const accessConfig: z.ZodType<AccessSettings> = z
  .object({
    MILLRACE_HOST: textSetting('127.0.0.1'),
    MILLRACE_AUTH: z.enum(['on', 'off'], { error: 'is neither on nor off' }).optional(),
    MILLRACE_AUTH_SERVICE_TOKEN: serviceTokenSetting,
    MILLRACE_AUTH_ADMIN_USER: textSetting('admin').refine((name) => faultOfUserName(name) === null, 'is no user name'),
    MILLRACE_AUTH_ADMIN_PASSWORD: z
      .string()
      .min(shortestPassword, `is shorter than ${shortestPassword} characters`)
      .optional(),
    MILLRACE_AUTH_DEFAULT_ROLE: z
      .enum(subjectRoles, { error: `is none of ${subjectRoles.join(', ')}` })
      .default('viewer'),
    // As the issuer writes itself, with or without a slash at the end.
    MILLRACE_AUTH_OIDC_ISSUER: z.url({ error: 'is not an address' }).optional(),
    MILLRACE_AUTH_OIDC_AUDIENCE: z.string().optional(),
    MILLRACE_AUTH_OIDC_NAME_CLAIM: textSetting('sub'),
  })
  .superRefine((env, context) => {
    const fault = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (isOnIn(env) && env.MILLRACE_AUTH_SERVICE_TOKEN === undefined) {
      const why =
        env.MILLRACE_AUTH === 'on'
          ? 'MILLRACE_AUTH is on'
          : `MILLRACE_HOST=${env.MILLRACE_HOST} lets other machines connect, so everybody has to sign in (MILLRACE_AUTH=off lifts that)`;
      fault(
        'MILLRACE_AUTH_SERVICE_TOKEN',
        `is not set: ${why}, and the services prove themselves to one another with it`,
      );
    }
    if (env.MILLRACE_AUTH_OIDC_ISSUER !== undefined && env.MILLRACE_AUTH_OIDC_AUDIENCE === undefined)
      fault('MILLRACE_AUTH_OIDC_AUDIENCE', 'is needed with MILLRACE_AUTH_OIDC_ISSUER');
  })
  .transform((env) => ({
    isOn: isOnIn(env),
    serviceToken: env.MILLRACE_AUTH_SERVICE_TOKEN,
    firstAdmin: { name: env.MILLRACE_AUTH_ADMIN_USER, password: env.MILLRACE_AUTH_ADMIN_PASSWORD },
    defaultRole: env.MILLRACE_AUTH_DEFAULT_ROLE,
    oidc:
      env.MILLRACE_AUTH_OIDC_ISSUER === undefined
        ? null
        : {
            issuer: env.MILLRACE_AUTH_OIDC_ISSUER,
            audience: env.MILLRACE_AUTH_OIDC_AUDIENCE ?? '',
            nameClaim: env.MILLRACE_AUTH_OIDC_NAME_CLAIM,
          },
  }));

function isOnIn(env: { MILLRACE_AUTH?: 'on' | 'off' | undefined; MILLRACE_HOST: string }): boolean {
  return env.MILLRACE_AUTH === undefined ? !isLoopback(env.MILLRACE_HOST) : env.MILLRACE_AUTH === 'on';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
