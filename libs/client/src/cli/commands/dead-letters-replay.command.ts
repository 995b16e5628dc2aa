import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { replayDeadLetters, type DeadLetter, type DeadLetterQuery, type Mended } from '@millrace/events';
import { ClientError } from '../../client-error.ts';
import { deadLettersOf } from '../../dead-letters/dead-letter-groups.ts';
import { parsePlace, placeOf } from '../../dead-letters/dead-letter-place.ts';
import { mendLetter } from '../../dead-letters/mend-letter.ts';
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

const afterHelp = `
A letter is published to its topic again with its key, headers and bytes, and is then known as brought back. With --mend the
JSON object in FILE takes the place of its value: it is encoded with the newest schema of the topic and, for a source with a
partitioner, goes to the partition of its entity. "show --json" prints what there was.

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
  const { terminal } = context;
  const query = queryOf(group, flags);
  const value = flags.mend === undefined ? undefined : readValue(context.path(flags.mend));
  const { bus } = await context.platform();
  const letters = await deadLettersOf(bus, { ...query, pending: flags.again !== true });
  if (letters.length === 0) return terminal.out(await nothing(context, query));
  const mended = new Map<string, Mended>();
  if (value !== undefined) {
    const letter = onlyOne(letters);
    mended.set(placeOf(letter), await mendLetter({ bus, http: context.http() }, letter, value));
  }
  if (flags.dryRun) {
    for (const letter of letters)
      await terminal.out(`would bring back ${describe(letter, mended.get(placeOf(letter)))}`);
    if (value !== undefined) for (const line of indented(jsonText(value, 2).split('\n'))) await terminal.out(line);
    return;
  }
  const replayed = await replayDeadLetters(bus, {
    ...query,
    ...(flags.again && { again: true }),
    mend: (letter) => mended.get(placeOf(letter)) ?? letter.value,
  });
  for (const letter of replayed) await terminal.out(`brought back ${describe(letter, mended.get(placeOf(letter)))}`);
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

function onlyOne(letters: readonly DeadLetter[]): DeadLetter {
  const [letter, ...others] = letters;
  if (letter && others.length === 0) return letter;
  const places = letters.map(placeOf).slice(0, 5).join(', ');
  throw new ClientError(
    'CLIENT_OPTIONS_INVALID',
    `--mend is for one dead letter, ${letters.length} fit: ${places}; give --at TOPIC/PARTITION/OFFSET`,
  );
}

async function nothing(context: CliContext, query: DeadLetterQuery): Promise<string> {
  const { bus } = await context.platform();
  const before = await deadLettersOf(bus, query);
  if (before.length === 0) return `${query.group} has no such dead letters`;
  return `${count(before.length, 'letter')} brought back before; --again does it once more`;
}

function describe(letter: DeadLetter, mended: Mended | undefined): string {
  const how =
    mended === undefined ? '' : `, mended${mended.partition === undefined ? '' : `, to partition ${mended.partition}`}`;
  return `${placeOf(letter)} (${letter.reason})${how}`;
}
