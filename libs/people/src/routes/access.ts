import type { Journal } from '@millrace/events';
import { callerOf, nameCaller } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessSettings } from '../access-config.ts';
import type { PeopleCommand } from '../journal/people-commands.ts';
import type { PeopleState } from '../journal/people-state.ts';
import type { Principal } from '../roles/principal.ts';
import { isAtLeast, type Role, type SubjectRole } from '../roles/role.ts';
import { roleOf } from '../roles/role-of.ts';
import type { Subject } from '../roles/subject.ts';
import type { Authenticate } from '../sign-in/authenticate.ts';
import { notPermitted, notSignedIn, platformOnly, unknownSubject } from './refusals.ts';
import { needsOf, type Asked, type Named, type RouteTable } from './route-needs.ts';

export type PeopleJournal = Pick<Journal<PeopleState, PeopleCommand>, 'submit' | 'read' | 'state'>;

/** What the things that requests name belong to. */
export interface Subjects {
  find(named: Named): Subject | null | Promise<Subject | null>;
}

export interface AccessParts {
  readonly settings: Pick<AccessSettings, 'isOn' | 'defaultRole'>;
  readonly journal: PeopleJournal;
  readonly authenticate: Pick<Authenticate, 'run'>;
  readonly subjects: Subjects;
  readonly table: RouteTable;
}

/**
 * Who may do what. Decided by what this instance holds in memory; before somebody is refused, what was written anywhere before
 * is read, so that a key or a role counts on every instance as soon as it was acknowledged.
 */
export class Access {
  readonly #parts: AccessParts;
  readonly #principals = new WeakMap<IncomingHttpHeaders, Principal>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  get isOn(): boolean {
    return this.#parts.settings.isOn;
  }

  /** Who asks: found out once a request, by `signIn`. While nobody has to sign in, whoever they say they are, and all may do all. */
  principalOf(headers: IncomingHttpHeaders): Principal | null {
    if (!this.isOn) return { kind: 'local', name: callerOf(headers).actor };
    return this.#principals.get(headers) ?? null;
  }

  /** Before the body is read. Throws when the route is for those who have signed in, and whoever asks has not. */
  async signIn(
    route: { readonly method: string; readonly pattern: string },
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    const { authenticate, table, journal } = this.#parts;
    const needs = needsOf(table, route.method, route.pattern);
    const isOpen = 'who' in needs && needs.who === 'anybody';
    if (isOpen && headers.authorization === undefined) return;
    let found = await authenticate.run(headers.authorization);
    if (!found.ok && found.mayBeStale) {
      await journal.read();
      found = await authenticate.run(headers.authorization);
    }
    if (found.ok) {
      this.#principals.set(headers, found.principal);
      nameCaller(headers, found.principal.name);
    } else if (!isOpen) throw notSignedIn(found.reason);
  }

  /** Before the handler, with the body. Throws unless whoever asks has the role that the route needs. */
  async permit(route: { readonly method: string; readonly pattern: string }, asked: Asked): Promise<void> {
    const needs = needsOf(this.#parts.table, route.method, route.pattern);
    if ('role' in needs) {
      await this.require(asked.headers, needs.role, needs.on(asked));
      const seen = needs.seeing?.(asked) ?? [];
      if (seen.length > 0) await this.require(asked.headers, 'viewer', seen);
      return;
    }
    if (needs.who === 'platform' && this.#principals.get(asked.headers)?.kind !== 'platform') throw platformOnly();
  }

  /** Throws unless whoever asks has the role on each of what is named; on everything when nothing is. */
  async require(headers: IncomingHttpHeaders, needed: Role, named: readonly Named[]): Promise<void> {
    const principal = this.principalOf(headers);
    if (principal === null) throw notSignedIn('the request names nobody');
    if (principal.kind === 'platform' || principal.kind === 'local') return;
    if (named.length === 0) return this.#requireOn(principal, needed, { subject: null, on: null });
    for (const one of named) {
      const subject = await this.#parts.subjects.find(one);
      if (subject !== null) await this.#requireOn(principal, needed, { subject, on: one });
      // What is not there yet may be there when the handler looks: without a role on everything nothing is done to it.
      else if (needed !== 'viewer' && one.mayBeNew !== true && !isAtLeast(this.#roleOn(principal, null), needed))
        throw unknownSubject(one);
    }
  }

  /** What whoever asks is on what is named; on everything when that is null. */
  async roleOn(headers: IncomingHttpHeaders, named: Named | null): Promise<SubjectRole> {
    const principal = this.principalOf(headers);
    if (principal === null) return 'none';
    return this.#roleOn(principal, named === null ? null : await this.#parts.subjects.find(named));
  }

  /** Tells what whoever asks may see, for lists; null when that is everything. */
  async sight(headers: IncomingHttpHeaders): Promise<((subject: Subject) => boolean) | null> {
    const principal = this.principalOf(headers);
    if (principal === null) return () => false;
    if (principal.kind === 'platform' || principal.kind === 'local') return null;
    await this.#parts.journal.read();
    return (subject) => this.#roleOn(principal, subject) !== 'none';
  }

  async #requireOn(
    principal: Principal,
    needed: Role,
    { subject, on }: { readonly subject: Subject | null; readonly on: Named | null },
  ): Promise<void> {
    if (isAtLeast(this.#roleOn(principal, subject), needed)) return;
    await this.#parts.journal.read();
    const role = this.#roleOn(principal, subject);
    if (!isAtLeast(role, needed)) throw notPermitted(principal, { role, needed, on });
  }

  #roleOn(principal: Principal, subject: Subject | null): SubjectRole {
    const { journal, settings } = this.#parts;
    return roleOf(journal.state, { principal, subject, defaultRole: settings.defaultRole });
  }
}
