/** A route of an OpenAPI document that changes something, with the fields that its body and its address have. */
export interface MutatingRoute {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
}

interface Operation {
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: { readonly properties?: object } }>>;
  };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export async function mutatingRoutesOf(serviceUrl: string): Promise<MutatingRoute[]> {
  const document = (await (await fetch(`${serviceUrl}/docs/openapi.json`)).json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => !['get', 'head', 'options'].includes(method))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        fields: Object.keys(operation.requestBody?.content?.['application/json']?.schema?.properties ?? {}),
      })),
  );
}

export type Values = (route: MutatingRoute, field: string) => unknown;

/** Sends the request with what is known of its fields, and gives its status. */
export async function walkRoute(
  base: string,
  route: MutatingRoute,
  { values, headers }: { readonly values: Values; readonly headers: Readonly<Record<string, string>> },
): Promise<number> {
  const fill = (field: string): string =>
    encodeURIComponent(String(values(route, field) ?? 'x')).replaceAll('%2F', '/');
  const path = route.path.replaceAll(/\{([^}]*)\}/g, (_, field: string) => fill(field));
  const body = Object.fromEntries(
    // Some bodies are described as a whole: what they are about is sent with every request.
    [...new Set(['run_id', ...route.fields])]
      .map((field) => [field, values(route, field)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const query = new URLSearchParams({ run_uuid: String(values(route, 'run_uuid')), path: 'x.txt' });
  const response = await fetch(`${base}${path}?${query.toString()}`, {
    method: route.method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  await response.arrayBuffer();
  return response.status;
}
