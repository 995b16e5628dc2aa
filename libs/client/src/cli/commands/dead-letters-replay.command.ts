import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  listDeadLetters,
  replayDeadLetters,
  scanDeadLetters,
  type DeadLetter,
  type DeadLetterQuery,
  type LetterSummary,
  type Mended,
} from '@millrace/events';
import { ClientError } from '../../client-error.ts';
import { countLetters, requireGroup } from '../../dead-letters/dead-letter-groups.ts';
import { parsePlace, placeOf } from '../../dead-letters/dead-letter-place.ts';
import { mendLetter } from '../../dead-letters/mend-letter.ts';
import type { FileRow } from '../../files/file-row.ts';
import { parseJsonLine } from '../../files/parse-json-line.ts';
import type { CliContext } from '../cli-context.ts';
import { jsonText } from '../json-text.ts';
import { count, indented } from '../layout.ts';

interface Flags {
  readonly at?: string;
  readonly reason?: string;
  readonly all?: true;
  readonly mend?: string;
  readonly again?: true;
  readonly dryRun?: true;
}

/** How many places a mending that fits several letters names. */
const listedPlaces = 5;

const afterHelp = `
A letter is published to its topic again with its key, headers and bytes, and is then known as brought back. With --mend the
JSON object in FILE takes the place of its value: it is encoded with the newest schema of the topic and, for a source with a
partitioner, goes to the partition of its entity. "show --json" prints what there was. A record larger than the dead letters take
is there in part, with its size and hash: it comes back mended, or is published anew from where it came.

Examples:
  millrace dead-letters replay features.transactions --reason unknown-schema-id
  millrace dead-letters replay features.transactions --at transactions/2/1017 --mend event.json --dry-run`;

export function replayCommand(context: CliContext): Command {
  return new Command('replay')
    .description('Brings dead letters back into their topic, as they were or mended.')
    .argument('<group>', 'for example features.transactions')
    .option('--at <place>', 'the one at TOPIC/PARTITION/OFFSET; PARTITION/OFFSET or OFFSET will do')
    .addOption(new Option('--offset <place>', 'the same as --at').hideHelp())
    .option('--reason <code>', 'those with this reason')
    .option('--all', 'all that were not brought back yet')
    .option('--mend <file>', 'JSON object to publish in place of the value of the one letter')
    .option('--again', 'also those that were brought back before')
    .option('--dry-run', 'only say what would be brought back')
    .addHelpText('after', afterHelp)
    .action((group: string, { offset, ...flags }: Flags & { readonly offset?: string }) =>
      replay(context, group, { ...(offset !== undefined && { at: offset }), ...flags }),
    );
}

async function replay(context: CliContext, group: string, flags: Flags): Promise<void> {
  const query = queryOf(group, flags);
  const value = flags.mend === undefined ? undefined : readValue(context.path(flags.mend));
  const { bus } = await context.platform();
  const { terminal } = context;
  await requireGroup(bus, group);
  const wanted = { ...query, pending: flags.again !== true };
  const mended = value === undefined ? null : await mendOne(context, wanted, value);
  let found = 0;
  const incomplete: string[] = [];
  const mend = (letter: DeadLetter): Buffer | Mended | null | undefined => {
    found += 1;
    if (mended !== null || letter.cut.length === 0) return mended ?? letter.value;
    incomplete.push(describe(letter, null));
    return undefined;
  };
  if (flags.dryRun) {
    for await (const letter of scanDeadLetters(bus, wanted))
      if (mend(letter) !== undefined) await terminal.out(`would bring back ${describe(letter, mended)}`);
    if (value !== undefined) for (const line of indented(jsonText(value, 2).split('\n'))) await terminal.out(line);
  } else {
    for await (const letter of replayDeadLetters(bus, { ...wanted, ...(flags.again && { again: true }), mend }))
      await terminal.out(`brought back ${describe(letter, mended)}`);
  }
  for (const letter of incomplete)
    await terminal.out(`left ${letter}: it holds only a part of its record, give --mend`);
  if (found === 0) await terminal.out(await nothing(context, query));
}

async function mendOne(context: CliContext, query: DeadLetterQuery, value: FileRow): Promise<Mended | null> {
  const { bus } = await context.platform();
  const letters = await listDeadLetters(bus, { ...query, limit: listedPlaces });
  const [letter, ...others] = letters;
  if (letter === undefined) return null;
  if (others.length === 0) return mendLetter({ bus, http: context.http() }, letter, value);
  const places = letters.map(placeOf).join(', ');
  throw new ClientError(
    'CLIENT_OPTIONS_INVALID',
    `--mend is for one dead letter, more fit: ${places}; give --at TOPIC/PARTITION/OFFSET`,
  );
}

function queryOf(group: string, { at, reason, all, mend }: Flags): DeadLetterQuery {
  if (at === undefined && reason === undefined && all === undefined) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      'say which dead letters to bring back: --at PLACE, --reason CODE or --all',
    );
  }
  if (mend !== undefined && at === undefined) {
    throw new ClientError('CLIENT_OPTIONS_INVALID', '--mend is for one dead letter: say which with --at PLACE');
  }
  return { group, ...(at !== undefined && parsePlace(at)), ...(reason !== undefined && { reason }) };
}

function readValue(path: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonLine(readFileSync(path, 'utf8'), `"${path}"`);
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw new ClientError(
      'CLIENT_FILE_UNREADABLE',
      `"${path}" cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
}

async function nothing(context: CliContext, query: DeadLetterQuery): Promise<string> {
  const { bus } = await context.platform();
  const { letters } = await countLetters(scanDeadLetters(bus, query));
  if (letters === 0) return `${query.group} has no such dead letters`;
  return `${count(letters, 'letter')} brought back before; --again does it once more`;
}

function describe(letter: LetterSummary, mended: Mended | null): string {
  const how =
    mended === null ? '' : `, mended${mended.partition === undefined ? '' : `, to partition ${mended.partition}`}`;
  return `${placeOf(letter)} (${letter.reason})${how}`;
}
