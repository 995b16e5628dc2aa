import { z } from 'zod';
import type { Monitor } from '../flow/monitor.ts';

export const monitorView = z.object({
  name: z.string(),
  endpoint: z.string(),
  predictions: z.enum(['streamed', 'all']),
  reference: z.record(z.string(), z.unknown()),
  referenceFrozen: z.boolean().describe('Whether the rows of the reference are settled'),
  window: z.record(z.string(), z.unknown()),
  threshold: z.number(),
  minRows: z.number(),
  rules: z.array(z.record(z.string(), z.unknown())),
  createdAt: z.string(),
  createdBy: z.string(),
  status: z
    .object({
      state: z.enum(['watching', 'waiting', 'failing']),
      reason: z.string().nullable().describe('Why nothing is said yet, or what fails'),
      since: z.string().nullable(),
    })
    .describe('How the watching goes'),
  page: z.string().describe('Where people look at it'),
});

export type MonitorView = z.infer<typeof monitorView>;

export function viewMonitor(monitor: Monitor): MonitorView {
  const { reference, window } = monitor;
  return {
    name: monitor.name,
    endpoint: monitor.endpoint,
    predictions: monitor.predictions ?? 'streamed',
    referenceFrozen: monitor.frozen !== undefined,
    reference:
      reference.type === 'first'
        ? { ...reference }
        : withoutTimes(reference, { from: isoTime(reference.fromMs), to: isoTime(reference.toMs) }),
    window:
      window.type === 'rows'
        ? { ...window }
        : { type: 'time', length: `${window.lengthMs}ms`, grace: `${window.graceMs}ms` },
    threshold: monitor.threshold,
    minRows: monitor.minRows,
    rules: monitor.rules.map((rule) => ({ ...rule })),
    createdAt: isoTime(monitor.createdAtMs),
    createdBy: monitor.createdBy,
    status: viewStatus(monitor.noted),
    page: `/api/v1/drift/pages/${encodeURIComponent(monitor.endpoint)}`,
  };
}

function viewStatus(noted: Monitor['noted']): MonitorView['status'] {
  if (noted === undefined) return { state: 'waiting', reason: 'no instance has looked at it yet', since: null };
  return { state: noted.state, reason: noted.reason, since: isoTime(noted.sinceMs) };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function withoutTimes(
  { fromMs: _fromMs, toMs: _toMs, ...rest }: { readonly fromMs: number; readonly toMs: number },
  times: { readonly from: string; readonly to: string },
): Record<string, unknown> {
  return { ...rest, ...times };
}
