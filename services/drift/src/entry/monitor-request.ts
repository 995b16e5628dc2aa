import { z } from 'zod';
import { defaultRules } from '../flow/monitor.ts';
import type { MonitorDefinition } from '../flow/monitor.ts';

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `1h`, `7d` as milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a number with ms, s, m, h or d, for example 1h')
  .transform((text) => {
    const [, amount = '0', unit = 'ms'] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
    return Number(amount) * unitsMs[unit as keyof typeof unitsMs];
  });

const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2025-01-31T00:00:00Z' })
  .transform((text) => Date.parse(text));

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'must be 1 to 100 letters, digits, ".", "_" or "-", a letter or digit first',
  );

const share = z.number().min(0).max(1);

const reference = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('first'), rows: z.number().int().min(1).default(1000) }),
    z.strictObject({ type: z.literal('predictions'), from: time, to: time }),
    z.strictObject({
      type: z.literal('vectors'),
      featureService: z.string().min(1),
      version: z.number().int().min(1).default(1),
      from: time,
      to: time,
    }),
  ])
  .refine((value) => value.type === 'first' || value.from < value.to, { path: ['to'], message: 'must lie after from' });

const window = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('time'),
    length: duration.refine((ms) => ms >= 1000, 'must be at least 1s'),
    grace: duration.default(0),
  }),
  z.strictObject({ type: z.literal('rows'), rows: z.number().int().min(1) }),
]);

const rule = z.discriminatedUnion('rule', [
  z.strictObject({
    rule: z.literal('ks-p-value'),
    below: share.default(0.05),
    minStatistic: share
      .default(0)
      .describe('Smallest distance that counts: with many rows any difference is significant'),
    features: z.array(z.string().min(1)).min(1).optional(),
  }),
  z.strictObject({
    rule: z.literal('accuracy-drop'),
    above: share.default(0.05),
    mode: z.enum(['absolute', 'relative']).default('absolute').describe('Points, or a share of the baseline'),
    baseline: share.optional().describe("The reference's own accuracy when absent"),
  }),
  z.strictObject({
    rule: z.literal('latency-p95'),
    aboveMs: z.number().min(0).default(100),
    measure: z.enum(['scoring', 'end-to-end']).default('scoring'),
  }),
  z.strictObject({ rule: z.literal('error-rate'), above: share.default(0.01) }),
]);

export const newMonitor = z.strictObject({
  name: name.optional().describe("The endpoint's name when absent"),
  endpoint: name,
  predictions: z
    .enum(['streamed', 'all'])
    .default('streamed')
    .describe('all: predictions on request count as well; they carry no source event, so no outcome meets them'),
  reference: reference.default({ type: 'first', rows: 1000 }),
  window: window.default({ type: 'time', length: unitsMs.h, grace: 0 }),
  threshold: z.number().default(0.5).describe('A score at or above it counts as predicted positive'),
  minRows: z.number().int().min(1).default(30).describe('Rules are silent over fewer rows'),
  rules: z.array(rule).default([]).describe('The four default rules when empty'),
});

/** The definition in the one order of keys that the journal compares. */
export function monitorDefinition(request: z.output<typeof newMonitor>): MonitorDefinition {
  const { endpoint, threshold, minRows } = request;
  return {
    name: request.name ?? endpoint,
    endpoint,
    // Only where it is asked for: a definition from before there was a choice is still the same definition.
    ...(request.predictions === 'all' && { predictions: 'all' }),
    reference: definedReference(request.reference),
    window:
      request.window.type === 'rows'
        ? { type: 'rows', rows: request.window.rows }
        : { type: 'time', lengthMs: request.window.length, graceMs: request.window.grace },
    threshold,
    minRows,
    rules: request.rules.length === 0 ? defaultRules : request.rules.map(definedRule),
  };
}

function definedReference(request: z.output<typeof reference>): MonitorDefinition['reference'] {
  switch (request.type) {
    case 'first':
      return { type: 'first', rows: request.rows };
    case 'predictions':
      return { type: 'predictions', fromMs: request.from, toMs: request.to };
    default: {
      const { featureService, version, from, to } = request;
      return { type: 'vectors', featureService, version, fromMs: from, toMs: to };
    }
  }
}

function definedRule(request: z.output<typeof rule>): MonitorDefinition['rules'][number] {
  switch (request.rule) {
    case 'ks-p-value': {
      const { rule, below, minStatistic, features } = request;
      return { rule, below, minStatistic, ...(features !== undefined && { features }) };
    }
    case 'accuracy-drop': {
      const { rule, above, mode, baseline } = request;
      return { rule, above, mode, ...(baseline !== undefined && { baseline }) };
    }
    default:
      return request;
  }
}
