import { faultsOfIssues } from '@millrace/service-kit';
import { z } from 'zod';

/** The file in which a run says what MLflow's client does not: at the root of its artifacts. */
export const environmentFile = 'environment.json';
export const maxEnvironmentBytes = 1 << 20;

const text = z.string().max(2000);
const amount = z.number().nonnegative();

const schema = z.strictObject({
  format: z.literal('millrace.environment/1'),
  python: z.strictObject({ version: text, implementation: text.optional() }).optional(),
  packages: z.record(z.string().min(1).max(250), z.string().max(250)).optional(),
  hardware: z
    .strictObject({
      hostname: text.optional(),
      platform: text.optional(),
      machine: text.optional(),
      cpus: amount.optional(),
      memoryBytes: amount.optional(),
      accelerators: z
        .array(z.strictObject({ name: text, memoryBytes: amount.optional(), driver: text.optional() }))
        .max(1000)
        .optional(),
    })
    .optional(),
  container: z.strictObject({ image: text.optional(), id: text.optional(), digest: text.optional() }).optional(),
  git: z
    .strictObject({
      commit: text.optional(),
      branch: text.optional(),
      repository: text.optional(),
      dirty: z.boolean().optional(),
    })
    .optional(),
  variables: z.record(z.string().min(1).max(250), text).optional(),
});

export type LoggedEnvironment = z.output<typeof schema>;

export type ReadEnvironment =
  | { readonly environment: LoggedEnvironment }
  /** It is kept as the file that it is, and not shown. */
  | { readonly problem: string };

export function readEnvironment(content: string): ReadEnvironment {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return { problem: `${environmentFile} is not JSON` };
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return { environment: checked.data };
  const [fault] = faultsOfIssues(checked.error.issues);
  return {
    problem: `${environmentFile} is no millrace.environment/1: ${fault?.path ? `${fault.path}: ` : ''}${fault?.message}`,
  };
}
