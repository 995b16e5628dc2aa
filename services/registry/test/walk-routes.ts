/** A route of an OpenAPI document that changes something, and the body that asks it for a promotion. */
export interface WalkedRoute {
  readonly method: string;
  readonly path: string;
  readonly properties: readonly string[];
}

interface Operation {
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: { readonly properties?: object } }>>;
  };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Every route of the service that is no mere question. */
export async function mutatingRoutes(serviceUrl: string): Promise<WalkedRoute[]> {
  const document = (await (await fetch(`${serviceUrl}/docs/openapi.json`)).json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => !['get', 'head', 'options'].includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        properties: Object.keys(operation.requestBody?.content?.['application/json']?.schema?.properties ?? {}),
      })),
  );
}

/** Sends what the route knows of the given values: in its path and in its body. */
export async function walk(
  serviceUrl: string,
  route: WalkedRoute,
  values: Readonly<Record<string, unknown>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const body = Object.fromEntries(
    route.properties.filter((name) => name in values).map((name) => [name, values[name]]),
  );
  const response = await fetch(serviceUrl + path, {
    method: route.method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, text: await response.text() };
}
