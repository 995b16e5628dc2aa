/** What a service of ours proves itself with to another one; nothing where no token is configured. */
export function authorizationOf(serviceToken: string | undefined): Readonly<Record<string, string>> {
  return serviceToken === undefined ? {} : { authorization: `Bearer ${serviceToken}` };
}
