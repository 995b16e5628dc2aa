import { Journal, type EventBus } from '@millrace/events';
import { CodedError, untilAvailable, type Readiness, type ServiceLog, type Shutdown } from '@millrace/service-kit';
import type { AccessSettings } from './access-config.ts';
import { peopleDomain, peopleTopic } from './journal/people-domain.ts';
import { hasAdmin, nobodyYet, type PeopleState } from './journal/people-state.ts';
import type { PeopleCommand } from './journal/people-commands.ts';
import { Access, type Subjects, type WrittenRoles } from './routes/access.ts';
import type { RouteTable } from './routes/route-needs.ts';
import { Authenticate } from './sign-in/authenticate.ts';
import { OidcTokens } from './sign-in/oidc-tokens.ts';
import { hashPassword } from './sign-in/password-hash.ts';

export interface PeopleParts {
  readonly bus: EventBus;
  readonly log: ServiceLog;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

/** The journal of users, roles, comments and share links, watched by readiness and closed in its turn. */
export async function openPeopleJournal({ bus, log, readiness, shutdown }: PeopleParts) {
  const options = { topic: peopleTopic, domain: peopleDomain };
  const journal = await untilAvailable(log, 'people', () => Journal.open<PeopleState, PeopleCommand>(bus, options));
  readiness.add('people', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
  shutdown.add('consumers', 'people', () => journal.close());
  return journal;
}

/** What guards the routes of a service, and by what they are judged. */
export interface GuardedThings {
  readonly subjects: Subjects;
  readonly table: RouteTable;
}

/** Whether the routes of a service are guarded, and by what. Makes the first admin where there is none. */
export async function openAccess(
  journal: Journal<PeopleState, PeopleCommand>,
  settings: AccessSettings,
  guarded: GuardedThings,
): Promise<Access> {
  if (settings.isOn) await ensureAdmin(journal, settings);
  return accessBy(journal, settings, guarded);
}

/** The same for a service that writes nothing of people. Where nobody has to sign in it does not read the journal either. */
export async function openRoles(parts: PeopleParts, settings: AccessSettings, guarded: GuardedThings): Promise<Access> {
  if (!settings.isOn) return accessBy(nothingWritten, settings, guarded);
  const journal = await openPeopleJournal(parts);
  // Before the replay nothing is hidden yet.
  await journal.whenReady();
  return accessBy(journal, settings, guarded);
}

const nobody = nobodyYet();
const nothingWritten: WrittenRoles = { state: nobody, read: () => Promise.resolve(nobody) };

function accessBy(journal: WrittenRoles, settings: AccessSettings, guarded: GuardedThings): Access {
  const authenticate = new Authenticate({
    state: () => journal.state,
    now: () => Date.now(),
    serviceToken: settings.serviceToken ?? '',
    tokens: settings.oidc === null ? null : new OidcTokens(settings.oidc),
  });
  return new Access({ settings, journal, authenticate, ...guarded });
}

async function ensureAdmin(
  journal: Journal<PeopleState, PeopleCommand>,
  { firstAdmin: { name, password } }: AccessSettings,
): Promise<void> {
  await journal.whenReady();
  if (hasAdmin(journal.state)) return;
  if (password === undefined)
    throw new CodedError(
      'ACCESS_ADMIN_INVALID',
      `everybody has to sign in and there is no admin: set MILLRACE_AUTH_ADMIN_PASSWORD to the password that the first one, "${name}", shall have, or MILLRACE_AUTH=off`,
    );
  const command = { type: 'ensure-admin', name, passwordHash: await hashPassword(password) } as const;
  const applied = await journal.submit(command, { actor: 'millrace' });
  if (!applied.ok) throw new CodedError(applied.code, applied.message);
}
