import { datasetOf, type RunFact, type Subject } from '../runs/run-facts.ts';
import { purgedStage } from '../runs/run-head.ts';
import type { KeyedText, LatestPoint } from '../runs/run-view.ts';
import { MetricColumn, TextColumn, TextDictionary } from './columns.ts';

/** What is no text and no number: datasets, inputs and outputs; and of a point, what it measures. */
interface Linked {
  readonly links: RunFact[];
  readonly points: Map<string, RunFact>;
}

type TextKind = 'attribute' | 'param' | 'tag';

/** Every subject has it from its creation on. */
const createdTime = 'created_time';
const bytesOfRow = 250;
const bytesOfFact = 500;

/**
 * The runs, or logged models, of one experiment as they stand, column by column. Facts come in the order of each run's
 * partition; such as are in already may come again, in their order.
 */
export class ExperimentIndex {
  readonly subject: Subject;
  readonly experimentId: string;
  bytes = 0;
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #updatedAtMs: number[] = [];
  readonly #texts = {
    attribute: new Map<string, TextColumn>(),
    param: new Map<string, TextColumn>(),
    tag: new Map<string, TextColumn>(),
  };
  readonly #metrics = new Map<string, MetricColumn>();
  readonly #linked = new Map<number, Linked>();
  /** Columns by key, made when asked for and anew once there are more of them. */
  readonly #ordered: Partial<Record<TextKind, [string, TextColumn][]>> & { metric?: [string, MetricColumn][] } = {};
  readonly #grown = (bytes: number): void => {
    this.bytes += bytes;
  };
  readonly dictionary = new TextDictionary(this.#grown);

  constructor(subject: Subject, experimentId: string) {
    this.subject = subject;
    this.experimentId = experimentId;
  }

  get size(): number {
    return this.#ids.length;
  }

  idOf(row: number): string {
    return this.#ids[row] ?? '';
  }

  /** Time of the last change of an attribute. */
  updatedAtMs(row: number): number {
    return this.#updatedAtMs[row] ?? 0;
  }

  text(kind: TextKind, key: string): TextColumn | undefined {
    return this.#texts[kind].get(key);
  }

  metric(key: string): MetricColumn | undefined {
    return this.#metrics.get(key);
  }

  /** False while only later writes are known, or none. */
  exists(row: number): boolean {
    return this.text('attribute', createdTime)?.get(row) !== undefined;
  }

  datasets(row: number): readonly RunFact[] {
    return this.links(row).filter(({ kind }) => kind === 'dataset');
  }

  fold(fact: RunFact): void {
    if (fact.kind === 'artifact' || fact.kind === 'void') return;
    const row = this.#rowOf(fact.id);
    switch (fact.kind) {
      case 'attribute':
        if (fact.key === 'lifecycle_stage' && fact.text === purgedStage) return this.remove(fact.id);
        this.#column('attribute', fact.key).set(row, fact.text);
        this.#updatedAtMs[row] = Math.max(this.#updatedAtMs[row] ?? 0, fact.recordedAtMs);
        return;
      case 'param': {
        const column = this.#column('param', fact.key);
        if (column.code(row) === 0) column.set(row, fact.text);
        return;
      }
      case 'tag':
        if (fact.removed) this.text('tag', fact.key)?.remove(row);
        else this.#column('tag', fact.key).set(row, fact.text);
        return;
      case 'metric':
        return this.#foldPoint(row, fact);
      default:
        return this.#foldLink(row, fact);
    }
  }

  /** Takes a run out; what is folded of it afterwards begins a new row. */
  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.text('attribute', createdTime)?.remove(row);
  }

  /** Texts of a row in the order of their keys. */
  texts(kind: TextKind, row: number): KeyedText[] {
    const found: KeyedText[] = [];
    for (const [key, column] of (this.#ordered[kind] ??= byKey(this.#texts[kind]))) {
      const text = column.get(row);
      if (text !== undefined) found.push({ key, text });
    }
    return found;
  }

  /** Latest points of a row in the order of their keys. */
  points(row: number): LatestPoint[] {
    const measured = this.#linked.get(row)?.points;
    const found: LatestPoint[] = [];
    for (const [key, column] of (this.#ordered.metric ??= byKey(this.#metrics))) {
      if (column.has(row)) found.push(measured?.get(key) ?? pointOf(key, column, row));
    }
    return found;
  }

  /** Datasets, inputs and outputs of a row. */
  links(row: number): readonly RunFact[] {
    return this.#linked.get(row)?.links ?? [];
  }

  #foldPoint(row: number, fact: RunFact): void {
    let column = this.#metrics.get(fact.key);
    if (column === undefined) {
      column = new MetricColumn(this.#grown);
      this.#metrics.set(fact.key, column);
      delete this.#ordered.metric;
    }
    if (!column.offer(row, { value: fact.number, step: fact.step, timestampMs: fact.timestampMs })) return;
    const measures = fact.modelId !== '' || fact.runId !== '' || fact.datasetName !== '' || fact.datasetDigest !== '';
    if (measures) {
      const { points } = this.#linkedOf(row);
      if (!points.has(fact.key)) this.#grown(bytesOfFact);
      points.set(fact.key, fact);
    } else {
      this.#linked.get(row)?.points.delete(fact.key);
    }
  }

  #foldLink(row: number, fact: RunFact): void {
    const { links } = this.#linkedOf(row);
    if (links.some(({ kind, key }) => kind === fact.kind && key === fact.key)) return;
    links.push(fact);
    this.#grown(bytesOfFact + 2 * fact.text.length);
  }

  #linkedOf(row: number): Linked {
    let linked = this.#linked.get(row);
    if (linked === undefined) {
      linked = { links: [], points: new Map() };
      this.#linked.set(row, linked);
      this.#grown(bytesOfFact);
    }
    return linked;
  }

  #rowOf(id: string): number {
    const held = this.#rows.get(id);
    if (held !== undefined) return held;
    const row = this.#ids.length;
    this.#ids.push(id);
    this.#updatedAtMs.push(0);
    this.#rows.set(id, row);
    this.#grown(bytesOfRow);
    return row;
  }

  #column(kind: TextKind, key: string): TextColumn {
    const columns = this.#texts[kind];
    let column = columns.get(key);
    if (column === undefined) {
      column = new TextColumn(this.dictionary, this.#grown);
      columns.set(key, column);
      delete this.#ordered[kind];
      this.#grown(2 * key.length + 100);
    }
    return column;
  }
}

/** The context that the client gave a dataset, empty when none. */
export function contextOf(dataset: RunFact): string {
  return datasetOf(dataset).tags.find(({ key }) => key === 'mlflow.data.context')?.value ?? '';
}

function byKey<C>(columns: ReadonlyMap<string, C>): [string, C][] {
  return [...columns].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Field by field: a page holds many points, and objects of one shape are made fastest. */
function pointOf(key: string, column: MetricColumn, row: number): LatestPoint {
  return {
    key,
    number: column.value(row),
    step: column.step(row),
    timestampMs: column.timestampMs(row),
    modelId: '',
    runId: '',
    datasetName: '',
    datasetDigest: '',
  };
}
