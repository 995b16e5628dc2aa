import { count, grouped } from '../cli/layout.ts';

const importedKinds = ['experiment', 'run', 'logged model', 'trace', 'file', 'model', 'version'] as const;
export type ImportedKind = (typeof importedKinds)[number];

interface Tally {
  copied: number;
  completed: number;
  there: number;
}

/** What an import did, what it left, and why: told at its end, and while it runs. */
export class ImportReport {
  readonly #tallies = new Map<ImportedKind, Tally>();
  /** Left as it is here though it is another one there, or could not be copied. */
  readonly problems: string[] = [];
  /** What the source does not have, or the rules of a model hold back. */
  readonly notes = new Set<string>();
  /** What is being looked at. */
  at = '';
  points = 0;
  bytes = 0;
  /** Changes made to the platform. */
  changes = 0;

  tell(kind: ImportedKind, what: keyof Tally): void {
    const tally = this.#tallies.get(kind) ?? { copied: 0, completed: 0, there: 0 };
    tally[what] += 1;
    this.#tallies.set(kind, tally);
  }

  tallyOf(kind: ImportedKind): Readonly<Tally> {
    return this.#tallies.get(kind) ?? { copied: 0, completed: 0, there: 0 };
  }

  progress(): string {
    const runs = this.tallyOf('run');
    return [
      this.at,
      `${count(runs.copied, 'run')} copied, ${grouped(runs.there + runs.completed)} there`,
      count(this.points, 'point'),
      `${count(this.tallyOf('file').copied, 'file')} (${megabytes(this.bytes)})`,
    ].join(', ');
  }

  lines(isPlan: boolean): string[] {
    const done = isPlan ? 'to copy' : 'copied';
    const rows = importedKinds.flatMap((kind) => {
      const { copied, completed, there } = this.tallyOf(kind);
      if (copied + completed + there === 0) return [];
      const more = completed === 0 ? '' : `, ${grouped(completed)} completed`;
      const size = kind === 'file' && copied > 0 && !isPlan ? ` (${megabytes(this.bytes)})` : '';
      return [`${kind}s: ${grouped(copied)} ${done}${size}${more}, ${grouped(there)} there already`];
    });
    return [...rows, ...(this.points > 0 ? [`points of metrics: ${grouped(this.points)} copied`] : [])];
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
