import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { renderTrace, type Trace } from '../render-trace.ts';

const afterHelp = `
The event is named by the value of its source's id column, by topic/partition/offset, or by the eventId of a vector or
prediction that was made of it. The answer: where it lies, or why it was given up; each feature with its window and the events
inside; each prediction with the model version, score and timings; the outcome; and the SQL that reproduces the vector.

Examples:
  millrace trace 101208c0a99b601c4b11a8fb8fedc75d6
  millrace trace transactions/2/1017 --json`;

export function traceCommand(context: CliContext): Command {
  return new Command('trace')
    .summary("one event's whole way")
    .description(
      "Shows one event's whole way: position, features, predictions, outcome, and the SQL that reproduces it.",
    )
    .argument('<event>', 'id, topic/partition/offset, or eventId')
    .option('--json', 'answer in JSON')
    .addHelpText('after', afterHelp)
    .action((event: string, flags: { readonly json?: true }) => trace(context, event, flags.json === true));
}

async function trace(context: CliContext, event: string, asJson: boolean): Promise<void> {
  const path = placeOf(event).split('/').map(encodeURIComponent).join('/');
  const found = (await context.http().get(`/api/v1/trace/${path}`)) as Trace;
  if (asJson) return context.terminal.out(JSON.stringify(found, null, 2));
  for (const line of renderTrace(found)) await context.terminal.out(line);
}

/** The source record that an eventId (lane|topic|generation|partition|offset) was derived from. */
function placeOf(event: string): string {
  const [, topic, partition, offset] = /^.+\|([^|]+)\|\d+\|(\d+)\|(\d+)$/.exec(event) ?? [];
  return topic === undefined ? event : `${topic}/${partition}/${offset}`;
}
