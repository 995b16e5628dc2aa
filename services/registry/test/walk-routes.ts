import type { MutatingRoute } from '@millrace/testing';

/** Sends what the route knows of the given values: in its path and in its body. */
export async function walk(
  serviceUrl: string,
  route: MutatingRoute,
  values: Readonly<Record<string, unknown>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const body = Object.fromEntries(route.fields.filter((name) => name in values).map((name) => [name, values[name]]));
  const response = await fetch(serviceUrl + path, {
    method: route.method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, text: await response.text() };
}
