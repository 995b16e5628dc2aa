import { Command } from 'commander';
import type { LetterSummary } from '@millrace/events';
import { ClientError } from '../../client-error.ts';
import { countLetters, deadLetterGroups, deadLettersOf } from '../../dead-letters/dead-letter-groups.ts';
import { parsePlace, placeOf } from '../../dead-letters/dead-letter-place.ts';
import type { CliContext } from '../cli-context.ts';
import { jsonText } from '../json-text.ts';
import { count, grouped, oneLine, shortTime, table } from '../layout.ts';
import { countOption } from '../option-values.ts';
import { replayCommand } from './dead-letters-replay.command.ts';
import { renderLetter } from './render-letter.ts';

const afterHelp = `
A record that can never be handled goes to the dead letters of the group that read it, with its bytes as they were; its
neighbours go on. The features service reads source NAME in group features.NAME.

Examples:
  millrace dead-letters list
  millrace dead-letters list features.transactions --reason missing-entity
  millrace dead-letters show features.transactions transactions/2/1017
  millrace dead-letters replay features.transactions --at transactions/2/1017 --mend event.json`;

export function deadLettersCommand(context: CliContext): Command {
  return new Command('dead-letters')
    .summary('list, show and bring back records that could not be handled')
    .description('Records that could not be handled: what they are, why, and how to bring them back.')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(replayCommand(context))
    .addHelpText('after', afterHelp);
}

interface ListFlags {
  readonly reason?: string;
  readonly pending?: true;
  readonly limit: number;
  readonly json?: true;
}

const defaultLimit = 50;

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Groups that have dead letters, or the dead letters of a group, oldest first in each partition.')
    .argument('[group]', 'for example features.transactions')
    .option('--reason <code>', 'only those with this reason')
    .option('--pending', 'leave out those that were brought back')
    .option('--limit <n>', 'list so many', countOption, defaultLimit)
    .option('--json', 'answer in JSON lines')
    .addHelpText(
      'after',
      '\nExamples:\n  millrace dead-letters list\n  millrace dead-letters list features.transactions --pending',
    )
    .action((group: string | undefined, flags: ListFlags) =>
      group === undefined ? listGroups(context, flags) : listLetters(context, group, flags),
    );
}

async function listGroups(context: CliContext, { json }: ListFlags): Promise<void> {
  const { bus } = await context.platform();
  const { terminal } = context;
  const rows: string[][] = [];
  for (const group of await deadLetterGroups(bus)) {
    const { letters, pending, reasons } = await countLetters(deadLettersOf(bus, { group }));
    if (letters === 0) continue;
    if (json) await terminal.out(JSON.stringify({ group, letters, pending, reasons: Object.fromEntries(reasons) }));
    const listed = [...reasons].map(([reason, number]) => `${reason} ${grouped(number)}`).join(', ');
    rows.push([group, count(letters, 'letter'), `${grouped(pending)} pending`, listed]);
  }
  if (json) return;
  for (const line of rows.length === 0 ? ['no group has dead letters'] : table(rows)) await terminal.out(line);
}

async function listLetters(context: CliContext, group: string, flags: ListFlags): Promise<void> {
  const { terminal } = context;
  const { bus } = await context.platform();
  const { reason, pending, limit, json } = flags;
  const query = { group, ...(reason !== undefined && { reason }), ...(pending && { pending }) };
  if (json) {
    for await (const letter of deadLettersOf(bus, { ...query, limit })) await terminal.out(jsonText(letter));
    return;
  }
  const rows: string[][] = [];
  let letters = 0;
  for await (const letter of deadLettersOf(bus, query)) {
    letters += 1;
    if (letters <= limit) rows.push(row(letter));
  }
  for (const line of table(rows)) await terminal.out(oneLine(line, terminal.columns));
  if (letters === 0)
    await terminal.out(`no dead letters of ${group}${reason === undefined ? '' : ` with reason ${reason}`}`);
  else if (letters > limit) await terminal.out(`… ${grouped(letters - limit)} more: --limit ${letters}`);
}

function row(letter: LetterSummary): string[] {
  const { reason, atMs, valueBytes, cut, replayedAtMs, message } = letter;
  const bytes = valueBytes === null ? 'no value' : count(valueBytes, 'byte');
  const became = replayedAtMs !== null ? 'replayed' : cut.length > 0 ? 'pending, cut' : 'pending';
  return [placeOf(letter), reason, shortTime(atMs), bytes, became, message];
}

interface ShowFlags {
  readonly json?: true;
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('One dead letter: reason, place, key, headers, its bytes, and its value where it can be decoded.')
    .argument('<group>', 'for example features.transactions')
    .argument('<place>', 'TOPIC/PARTITION/OFFSET as "list" gives it; PARTITION/OFFSET or OFFSET will do')
    .option('--json', 'answer in JSON, with all bytes in base64')
    .addHelpText('after', '\nExample:\n  millrace dead-letters show features.transactions transactions/2/1017')
    .action((group: string, place: string, flags: ShowFlags) => show(context, { group, place }, flags));
}

async function show(context: CliContext, at: { group: string; place: string }, { json }: ShowFlags): Promise<void> {
  const { bus } = await context.platform();
  let shown = 0;
  for await (const letter of deadLettersOf(bus, { group: at.group, ...parsePlace(at.place) })) {
    shown += 1;
    if (json) await context.terminal.out(jsonText(letter));
    else for (const line of await renderLetter(bus, letter)) await context.terminal.out(line);
  }
  if (shown > 0) return;
  throw new ClientError(
    'CLIENT_LETTER_UNKNOWN',
    `${at.group} has no dead letter at ${at.place}: see "dead-letters list ${at.group}"`,
  );
}
