import type { MutatingRoute } from '@millrace/testing';

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
