import type { Provider } from '@nestjs/common';
import { EventBus, type Journal } from '@millrace/events';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown } from '@millrace/service-kit';
import type { AccessSettings } from './access-config.ts';
import { Comments } from './comments.ts';
import type { PeopleCommand } from './journal/people-commands.ts';
import type { PeopleState } from './journal/people-state.ts';
import { openAccess, openPeopleJournal, openRoles } from './open-people.ts';
import { Access, type PeopleJournal, type Subjects } from './routes/access.ts';
import type { RouteTable } from './routes/route-needs.ts';

/** Injection token of the journal of users, roles, comments and share links. */
export const PEOPLE_JOURNAL = Symbol('people journal');

/** What a service says of its routes, and by which token it provides what its things belong to. */
export interface Guarded {
  readonly table: RouteTable;
  readonly subjects: symbol | (new (...parts: never[]) => Subjects);
}

interface GuardedConfig {
  readonly access: AccessSettings;
}

const journalParts = [EventBus, ServiceLog, Readiness, Shutdown];

/** For a service that writes of people too: comments, links and grants are there whether people have to sign in or not. */
export function peopleProviders({ table, subjects: token }: Guarded): Provider[] {
  return [
    {
      provide: PEOPLE_JOURNAL,
      inject: journalParts,
      useFactory: (bus: EventBus, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) =>
        openPeopleJournal({ bus, log, readiness, shutdown }),
    },
    { provide: Comments, inject: [PEOPLE_JOURNAL], useFactory: (journal: PeopleJournal) => new Comments(journal) },
    {
      provide: Access,
      inject: [PEOPLE_JOURNAL, SERVICE_CONFIG, token],
      useFactory: (journal: Journal<PeopleState, PeopleCommand>, { access }: GuardedConfig, subjects: Subjects) =>
        openAccess(journal, access, { subjects, table }),
    },
  ];
}

/** For a service that only judges by what others write of people. */
export function roleProviders({ table, subjects: token }: Guarded): Provider[] {
  return [
    {
      provide: Access,
      inject: [SERVICE_CONFIG, token, ...journalParts],
      useFactory: (
        { access }: GuardedConfig,
        subjects: Subjects,
        ...[bus, log, readiness, shutdown]: [EventBus, ServiceLog, Readiness, Shutdown]
      ) => openRoles({ bus, log, readiness, shutdown }, access, { subjects, table }),
    },
  ];
}
