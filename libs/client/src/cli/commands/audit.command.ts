import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { ExitCode } from '../exit-code.ts';
import { count, grouped } from '../layout.ts';

const afterHelp = `
Examples:
  millrace audit verify
  millrace audit verify --json | jq '.partitions[].head'`;

interface Break {
  readonly kind: string;
  readonly offset: number;
  readonly item: number;
  readonly expected: string;
  readonly found: string;
}
interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly entries: number;
  readonly chainOnly: number;
  readonly end: number;
  readonly behind: number;
  readonly head: string;
  readonly broken: Break | null;
}
interface Page {
  readonly partitions: readonly Partition[];
  readonly next: string | null;
}

const meanings: Readonly<Record<string, string>> = {
  'entry-changed': 'the fields of the entry do not give its hash: it was changed',
  'chain-broken': 'the entry does not follow the one before it: an entry was taken out, put in or made anew',
  'entry-inserted': 'two different entries have this place',
  'record-changed': 'the log holds another record than the one that was hashed',
  'record-missing': 'the log holds no record of the entry',
  'entry-missing': 'there is no entry of the record: it was deleted',
  'head-differs': 'the last entry is not the one that was committed: the chain was cut or made anew',
};

export function auditCommand(context: CliContext): Command {
  return new Command('audit')
    .summary('the audit trail and the proof that it is whole')
    .description('The audit trail of tracking and registry. Entries: GET /api/v1/audit, or audit_log in ClickHouse.')
    .addCommand(verifyCommand(context))
    .addHelpText('after', afterHelp);
}

function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description(
      'Recomputes the chain of hashes from ClickHouse and compares it with the logs. Ends with 1 at the first break of any partition.',
    )
    .option('--json', 'answer in JSON')
    .addHelpText('after', afterHelp)
    .action((flags: { readonly json?: true }) => verify(context, flags.json === true));
}

async function verify(context: CliContext, asJson: boolean): Promise<void> {
  const { terminal } = context;
  const partitions = await allPartitions(context);
  const broken = partitions.filter((partition) => partition.broken !== null);
  if (asJson) await terminal.out(JSON.stringify({ ok: broken.length === 0, partitions }, null, 2));
  else for (const line of report(partitions)) await terminal.out(line);
  if (broken.length > 0) throw new ExitCode(1);
}

/** A long trail is verified in pages, so that no request lasts; a partition that spans several is put together again. */
async function allPartitions(context: CliContext): Promise<Partition[]> {
  const http = context.http();
  const partitions = new Map<string, Partition>();
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = (await http.get(`/api/v1/audit/verify${query}`)) as Page;
    for (const part of page.partitions) {
      const key = `${part.topic}/${part.partition}`;
      const before = partitions.get(key);
      const entries = part.entries + (before?.entries ?? 0);
      partitions.set(key, { ...part, entries, chainOnly: part.chainOnly + (before?.chainOnly ?? 0) });
    }
    cursor = page.next;
  } while (cursor !== null);
  return [...partitions.values()];
}

function report(partitions: readonly Partition[]): string[] {
  const sum = (of: (partition: Partition) => number) => partitions.reduce((total, one) => total + of(one), 0);
  const [entries, chainOnly, behind] = [sum((p) => p.entries), sum((p) => p.chainOnly), sum((p) => p.behind)];
  const broken = partitions.flatMap((partition) => (partition.broken ? lines(partition, partition.broken) : []));
  return [
    ...broken,
    broken.length === 0
      ? `the audit trail is whole: ${count(entries, 'entry')} in ${count(partitions.length, 'partition')}`
      : `the audit trail is broken: ${count(entries, 'entry')} before the breaks are whole`,
    ...(chainOnly > 0 ? [`${grouped(chainOnly)} of them by the chain alone: their records have left the logs`] : []),
    ...(behind > 0 ? [`${count(behind, 'record')} not in the trail yet`] : []),
  ];
}

function lines({ topic, partition }: Partition, { kind, offset, item, expected, found }: Break): string[] {
  return [
    `${topic} partition ${partition} offset ${offset} item ${item}: ${meanings[kind] ?? kind}`,
    `  expected  ${expected || 'none'}`,
    `  found     ${found || 'none'}`,
  ];
}
