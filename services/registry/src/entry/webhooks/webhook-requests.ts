import {
  checkLength,
  invalidParameter,
  optionalInteger,
  optionalText,
  protoEnum,
  text,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import {
  faultOfEvent,
  webhookActions,
  webhookEntities,
  type WebhookAction,
  type WebhookEntity,
} from '../../flow/webhooks/webhook-events.ts';
import { webhookStatuses } from '../../flow/webhooks/webhook-state.ts';

const longest = { description: 1000, secret: 1000 } as const;

type Upper<T extends string> = { [K in keyof (readonly T[])]: Uppercase<T> };
const upper = <const T extends string>(names: readonly T[]) =>
  names.map((name) => name.toUpperCase()) as unknown as readonly [Uppercase<T>, ...Upper<T>[number][]];

const event = z
  .object({ entity: protoEnum(upper(webhookEntities)), action: protoEnum(upper(webhookActions)) })
  .transform(({ entity, action }) => {
    const named = { entity: entity.toLowerCase() as WebhookEntity, action: action.toLowerCase() as WebhookAction };
    const fault = faultOfEvent(named);
    if (fault !== null) throw invalidParameter(fault);
    return named;
  });
const events = z
  .array(event)
  .transform((given) => [...new Map(given.map((one) => [`${one.entity}.${one.action}`, one])).values()]);

const name = text.transform((given) => {
  checkWebhookName(given);
  return given;
});
const bounded = (path: keyof typeof longest) =>
  z
    .string()
    .nullish()
    .transform((given) => {
      if (typeof given === 'string') checkLength(given, { path, max: longest[path] });
      return given ?? undefined;
    });
const status = protoEnum(webhookStatuses)
  .nullish()
  .transform((given) => given ?? undefined);

export const createWebhook = z.object({
  name,
  url: text,
  events: events.pipe(z.array(z.custom<z.output<typeof event>>()).min(1)),
  description: bounded('description'),
  secret: bounded('secret'),
  status,
});
/** An empty name, address or list leaves what is there; an empty description or secret takes it away. */
export const updateWebhook = z.object({
  name: z.union([z.literal(''), name]).nullish(),
  url: optionalText,
  events: events.nullish(),
  description: bounded('description'),
  secret: bounded('secret'),
  status,
});
export const listWebhooks = z.object({ max_results: optionalInteger, page_token: optionalText });
export const testWebhook = z.object({ event: event.nullish() });

const defaultPage = 100;
const largestPage = 1000;

export function pageSizeOf(given: number | undefined): number {
  const size = given || defaultPage;
  if (size < 1 || size > largestPage) throw invalidParameter(`max_results must be between 1 and ${largestPage}.`);
  return size;
}

function checkWebhookName(given: string): void {
  if (/^(?=.{1,63}$)[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(given)) return;
  throw invalidParameter(
    `Webhook name '${given}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  );
}
