import { faultOfGrantee, faultOfUserName, roles, subjectRoles } from '@millrace/people';
import { z } from 'zod';

const longestDescription = 500;
const shortestPassword = 8;
const longestPassword = 500;
const mostDays = 3650;

const checked = (fault: (name: string) => string | null) =>
  z.string().superRefine((name, context) => {
    const message = fault(name);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
const password = z.string().min(shortestPassword).max(longestPassword);

const userName = checked(faultOfUserName);
export const grantee = z.object({ name: checked(faultOfGrantee) });
/** Everybody's role on everything is a setting of the services. */
export const roleHolder = z.object({
  name: checked((name) =>
    name === '*' ? 'give everybody a role with MILLRACE_AUTH_DEFAULT_ROLE' : faultOfGrantee(name),
  ),
});
export const newUser = z.strictObject({
  name: userName,
  password: password.optional().describe('Without one, the user signs in with keys only'),
  role: z.enum(roles).optional().describe('On everything'),
});
export const newPassword = z.strictObject({ password });
export const newKey = z.strictObject({
  description: z.string().max(longestDescription).default(''),
  expiresInDays: z.number().int().min(1).max(mostDays).optional().describe('For ever when it is left out'),
});
export const globalRole = z.strictObject({ role: z.enum(roles) });
export const grant = z.strictObject({ role: z.enum(subjectRoles) });

export const userResponse = z.object({
  name: z.string(),
  role: z.enum(roles).nullable(),
  hasPassword: z.boolean(),
  createdBy: z.string(),
  createdAtMs: z.number(),
});
export const usersResponse = z.object({ users: z.array(userResponse) });
export const keyResponse = z.object({
  id: z.string(),
  description: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
});
export const keysResponse = z.object({ keys: z.array(keyResponse) });
export const newKeyResponse = keyResponse.extend({ key: z.string().describe('Shown once: it is kept nowhere') });
export const meResponse = z.object({
  name: z.string(),
  kind: z.enum(['user', 'oidc', 'platform', 'local']),
  role: z.enum(subjectRoles).describe('On everything'),
});
export const rolesResponse = z.object({ roles: z.array(z.object({ name: z.string(), role: z.enum(roles) })) });
export const grantsResponse = z.object({
  grants: z.array(
    z.object({ user: z.string(), role: z.enum(subjectRoles), grantedBy: z.string(), grantedAtMs: z.number() }),
  ),
});
