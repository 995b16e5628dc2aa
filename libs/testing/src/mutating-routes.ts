/** A route of an OpenAPI document that changes something, with the fields that its body has. */
export interface MutatingRoute {
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

/** Every route of a running service that is no mere question. */
export async function mutatingRoutes(serviceUrl: string): Promise<MutatingRoute[]> {
  const document = (await (await fetch(`${serviceUrl}/docs/openapi.json`)).json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => !['get', 'head', 'options'].includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        fields: Object.keys(operation.requestBody?.content?.['application/json']?.schema?.properties ?? {}),
      })),
  );
}
