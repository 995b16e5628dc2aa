import type { CheckResult } from '@millrace/service-kit';

const timeoutMs = 2500;

/** Whether a service says of itself that it is ready, and if not, which of its checks fail. */
export async function upstreamReadiness(url: string): Promise<CheckResult> {
  let response: Response;
  try {
    response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    return { ok: false, detail: `does not answer: ${reasonOf(error)}` };
  }
  if (response.ok) {
    await response.body?.cancel();
    return { ok: true };
  }
  return { ok: false, detail: failedChecks(await response.text()) };
}

function failedChecks(body: string): string {
  try {
    const { checks } = JSON.parse(body) as { checks: { name: string; ok: boolean; detail?: string }[] };
    const failed = checks.filter(({ ok }) => !ok).map(({ name, detail }) => (detail ? `${name} (${detail})` : name));
    return `not ready: ${failed.join(', ')}`;
  } catch {
    return 'not ready';
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
