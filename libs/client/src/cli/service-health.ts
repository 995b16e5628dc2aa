import { ClientError } from '../client-error.ts';

const serviceNames = ['tracking', 'registry', 'features', 'inference', 'drift'] as const;

export interface ServiceHealth {
  readonly name: string;
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
  /** Why the service could not be asked. */
  readonly reason?: string;
}

const timeoutMs = 10_000;

/** What every service says of itself, through the gateway. */
export async function readHealth(gatewayUrl: string): Promise<ServiceHealth[]> {
  const gateway = await ask('gateway', `${gatewayUrl}/health/ready`);
  if (gateway.reason !== undefined) {
    throw new ClientError(
      'CLIENT_UNREACHABLE',
      `${gatewayUrl} ${gateway.reason}: is the platform running ("npm start")? Another address is set by MILLRACE_GATEWAY_URL`,
    );
  }
  const services = await Promise.all(
    serviceNames.map((name) => ask(name, `${gatewayUrl}/services/${name}/health/ready`)),
  );
  return [gateway, ...services];
}

async function ask(name: string, url: string): Promise<ServiceHealth> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const body = (await response.json()) as { readonly checks?: ServiceHealth['checks']; readonly detail?: string };
    if (body.checks) return { name, ready: response.ok, checks: body.checks };
    return { name, ready: false, checks: [], reason: body.detail ?? `answered ${response.status}` };
  } catch {
    return { name, ready: false, checks: [], reason: 'does not answer' };
  }
}
