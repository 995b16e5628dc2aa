import { Command } from 'commander';
import type { DecodeResult, SourceRecord } from '@millrace/events';
import { findTopic } from '../../watch/find-topic.ts';
import { watchTopic, type WatchOptions } from '../../watch/watch-topic.ts';
import type { CliContext } from '../cli-context.ts';
import { stopped } from '../exit-code.ts';
import { jsonText } from '../json-text.ts';
import { countOption, timeOption } from '../option-values.ts';

interface Flags {
  readonly from: WatchOptions['from'];
  readonly limit?: number;
  readonly follow: boolean;
  readonly value?: true;
}

const afterHelp = `
One JSON object a line: partition, offset, timestamp, key and the decoded value; for a record that cannot be decoded its reason
and its bytes in base64. Any Avro topic will do. Of the platform's own topics: features.vectors, inference.predictions,
outcomes, registry.model-promoted, registry.promotion-ended, drift.reports, drift.alerts, tracking.runs.

Examples:
  millrace watch inference.predictions
  millrace watch transactions --from beginning --limit 10
  millrace watch outcomes --from 2024-01-31 --no-follow --value | jq .label`;

export function watchCommand(context: CliContext): Command {
  return new Command('watch')
    .summary('print the events of a topic as they come')
    .description('Prints the decoded events of a topic as JSON lines, until Ctrl-C.')
    .argument('<topic>', "a topic of the platform or a user's own")
    .option('--from <where>', 'beginning, now, or a time of publishing', fromOption, 'now' as const)
    .option('--limit <n>', 'end after so many events', countOption)
    .option('--no-follow', 'end where the topic ends now')
    .option('--value', 'print the values alone')
    .addHelpText('after', afterHelp)
    .action((topic: string, flags: Flags) => watch(context, topic, flags));
}

function fromOption(text: string): WatchOptions['from'] {
  return text === 'beginning' || text === 'now' ? text : { timeMs: timeOption(text) };
}

async function watch(context: CliContext, name: string, { from, limit, follow, value }: Flags): Promise<void> {
  const { terminal } = context;
  const { bus } = await context.platform();
  let count = 0;
  const topic = await findTopic(bus, name);
  const options: WatchOptions = {
    topic,
    from,
    follow,
    signal: terminal.signal,
    onRecord: async (record, decoded) => {
      count += 1;
      await terminal.out(jsonText(value && decoded.ok ? decoded.value : line(record, decoded)));
      return count === limit ? 'enough' : 'more';
    },
    onWaiting: (error) => terminal.status(`${error.message}; trying again\n`),
  };
  await context.endingItself(() => watchTopic(bus, options));
  if (terminal.signal.aborted) throw stopped(terminal.signal);
}

function line({ partition, offset, timestampMs, key, value }: SourceRecord, decoded: DecodeResult<unknown>): object {
  const place = { partition, offset, timestamp: new Date(timestampMs).toISOString(), key: keyText(key) };
  if (decoded.ok) return { ...place, value: decoded.value };
  return { ...place, undecodable: decoded.reason, message: decoded.message, bytes: value };
}

/** Keys are text in most topics; others are given in base64. */
function keyText(key: Buffer | null): string | Buffer | null {
  const text = key?.toString();
  return key === null || text === undefined || Buffer.from(text).equals(key) ? (text ?? null) : key;
}
