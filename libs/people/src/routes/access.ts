import type { Journal } from '@millrace/events';
import { callerOf, nameCaller } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessSettings } from '../access-config.ts';
import type { PeopleCommand } from '../journal/people-commands.ts';
import type { PeopleState } from '../journal/people-state.ts';
import { oidcPrefix, type Principal } from '../roles/principal.ts';
import { isAtLeast, type Role, type SubjectRole } from '../roles/role.ts';
import { roleOf } from '../roles/role-of.ts';
import type { Subject } from '../roles/subject.ts';
import type { Authenticate } from '../sign-in/authenticate.ts';
import { notPermitted, notSignedIn, platformOnly, unknownSubject } from './refusals.ts';
import { isOperational, needsOf, type Asked, type Named, type RouteTable } from './route-needs.ts';

export type PeopleJournal = Pick<Journal<PeopleState, PeopleCommand>, 'submit' | 'read' | 'state'>;

/** What judging needs of the journal. */
export type WrittenRoles = Pick<PeopleJournal, 'read' | 'state'>;

/** What the things that requests name belong to. */
export interface Subjects {
  find(named: Named): Subject | null | Promise<Subject | null>;
}

export interface AccessParts {
  readonly settings: Pick<AccessSettings, 'isOn' | 'defaultRole'>;
  readonly journal: WrittenRoles;
  readonly authenticate: Pick<Authenticate, 'run' | 'isPlatform'>;
  readonly subjects: Subjects;
  readonly table: RouteTable;
}

/**
 * Who may do what. Before anybody is judged the journal is read to its end, so that a key, a role or their end counts on every instance
 * as soon as it was acknowledged; from then on everything is decided by what this instance holds in memory.
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
    if (isOperational(route.pattern)) return;
    const needs = needsOf(table, route.method, route.pattern);
    const isOpen = 'who' in needs && needs.who === 'anybody';
    if (isOpen && headers.authorization === undefined) return;
    // What was given or taken away anywhere before the request came counts. Those that come together share one look at the log.
    if (headers.authorization !== undefined && !authenticate.isPlatform(headers.authorization)) await journal.read();
    const found = await authenticate.run(headers.authorization);
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
    if (isAtLeast(this.#everywhere(principal), needed)) return;
    if (named.length === 0) return this.#requireOn(principal, needed, { subject: null, on: null });
    for (const one of named) {
      const subject = await this.#parts.subjects.find(one);
      if (subject !== null) this.#requireOn(principal, needed, { subject, on: one });
      // What is not there yet may be there when the handler looks: without a role on everything nothing is done to it.
      else if (needed !== 'viewer' && one.mayBeNew !== true && !isAtLeast(this.#roleOn(principal, null), needed))
        throw unknownSubject(one);
    }
  }

  /** Whether somebody who is not asking may see all that is named: what they lend to others ends with their own right. */
  async maySee(name: string, named: readonly Named[]): Promise<boolean> {
    const { settings, journal, subjects } = this.#parts;
    if (!settings.isOn) return true;
    const { users } = await journal.read();
    const isOidc = name.startsWith(oidcPrefix);
    if (!isOidc && !users.has(name)) return false;
    const principal: Principal = { name, kind: isOidc ? 'oidc' : 'user' };
    if (this.#everywhere(principal) !== 'none') return true;
    for (const one of named) {
      const subject = await subjects.find(one);
      if (subject !== null && this.#roleOn(principal, subject) === 'none') return false;
    }
    return true;
  }

  /** What whoever asks is on what is named; on everything when that is null. */
  async roleOn(headers: IncomingHttpHeaders, named: Named | null): Promise<SubjectRole> {
    const principal = this.principalOf(headers);
    if (principal === null) return 'none';
    return this.#roleOn(principal, named === null ? null : await this.#parts.subjects.find(named));
  }

  /** Those of the things that whoever asks may see; what belongs to nothing is seen by who sees everything. */
  async seen<T>(
    headers: IncomingHttpHeaders,
    things: readonly T[],
    nameOf: (thing: T) => Named,
  ): Promise<readonly T[]> {
    const sees = this.sight(headers);
    if (sees === null) return things;
    const verdicts = new Map<string, boolean>();
    for (const named of things.map(nameOf)) {
      const key = nameKey(named);
      if (verdicts.has(key)) continue;
      const subject = await this.#parts.subjects.find(named);
      verdicts.set(key, subject !== null && sees(subject));
    }
    return things.filter((thing) => verdicts.get(nameKey(nameOf(thing))) === true);
  }

  /** What a thing belongs to. */
  async subjectOf(named: Named): Promise<Subject | null> {
    return this.#parts.subjects.find(named);
  }

  /** Tells what whoever asks may see, for lists; null when that is everything. */
  sight(headers: IncomingHttpHeaders): ((subject: Subject) => boolean) | null {
    const principal = this.principalOf(headers);
    if (principal === null) return () => false;
    if (principal.kind === 'platform' || principal.kind === 'local') return null;
    if (this.#everywhere(principal) !== 'none') return null;
    return (subject) => this.#roleOn(principal, subject) !== 'none';
  }

  #requireOn(
    principal: Principal,
    needed: Role,
    { subject, on }: { readonly subject: Subject | null; readonly on: Named | null },
  ): void {
    const role = this.#roleOn(principal, subject);
    if (!isAtLeast(role, needed)) throw notPermitted(principal, { role, needed, on });
  }

  /** A role on everything counts on each thing: what it belongs to needs not be found. */
  #everywhere({ name }: Principal): SubjectRole {
    return this.#parts.journal.state.globalRoles.get(name) ?? 'none';
  }

  #roleOn(principal: Principal, subject: Subject | null): SubjectRole {
    const { journal, settings } = this.#parts;
    return roleOf(journal.state, { principal, subject, defaultRole: settings.defaultRole });
  }
}

function nameKey({ kind, id }: Named): string {
  return `${kind}:${id}`;
}
