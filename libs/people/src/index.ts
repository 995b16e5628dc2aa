export { accessConfig, type AccessSettings } from './access-config.ts';
export { Comments, commentResponse, commentsResponse, commentText } from './comments.ts';
export { runKey, versionKey } from './journal/comment-places.ts';
export type { PeopleCommand } from './journal/people-commands.ts';
export { peopleDomain, peopleTopic } from './journal/people-domain.ts';
export type { ApiKey, Comment, Grant, PeopleState, ShareLink, User } from './journal/people-state.ts';
export { peopleStatuses } from './journal/rejections.ts';
export { withoutSecrets } from './journal/watch-people.ts';
export { submitForPeople } from './journal/submit-for-people.ts';
export { PEOPLE_JOURNAL, peopleProviders, roleProviders } from './people-providers.ts';
export { everybody, faultOfGrantee, faultOfUserName, type Principal } from './roles/principal.ts';
export { isAtLeast, roles, subjectRoles, type Role, type SubjectRole } from './roles/role.ts';
export { roleOf } from './roles/role-of.ts';
export { subjectKey, type Subject } from './roles/subject.ts';
export { Access, type PeopleJournal, type Subjects } from './routes/access.ts';
export { guardRoutes } from './routes/guard-routes.ts';
export { HttpSubjects } from './routes/http-subjects.ts';
export { RememberedSubjects } from './routes/remembered-subjects.ts';
export { allOf, named, textsIn } from './routes/named-in.ts';
export {
  anybody,
  needsOf,
  onEverything,
  platform,
  routeName,
  signedIn,
  type Asked,
  type Named,
  type NamedIn,
  type RouteNeeds,
  type RouteTable,
} from './routes/route-needs.ts';
export { hashOfSecret, newApiKey } from './sign-in/api-key.ts';
export { authorizationOf } from './sign-in/authorization-of.ts';
export { hashPassword } from './sign-in/password-hash.ts';
