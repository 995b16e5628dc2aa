import type { Refusal } from './judge-write.ts';
import type { RunFact, Subject } from './run-facts.ts';
import type { RunView } from './run-view.ts';

/** The stage behind `deleted`: nothing of it is there any more, and its id is never used again. */
export const purgedStage = 'purged';

/** What a fact takes in memory beside its texts, and a head beside its facts: measured, and rounded up. */
const factBytes = 320;
const headBytes = 1200;
/** Repeats of a request are known as long as it is among the last ones of its run. */
const rememberedRequests = 64;

/**
 * A run or logged model as it stands: the fold of its facts. Folding is idempotent and does not ask for an order, so
 * that rows read from history and events read from the log can be mixed freely.
 */
export class RunHead implements RunView {
  readonly subject: Subject;
  readonly id: string;
  experimentId = '';
  readonly #attributes = new Map<string, RunFact>();
  readonly #params = new Map<string, RunFact>();
  readonly #tags = new Map<string, RunFact>();
  readonly #metrics = new Map<string, RunFact>();
  readonly #links = new Map<string, RunFact>();
  readonly #artifacts = new Map<string, RunFact>();
  /** Requests that were done, the oldest first, with the hash of what each asked for. */
  readonly #requests = new Map<string, string | null>();
  readonly #refused = new Map<number, Refusal>();
  #bytes = headBytes;

  constructor(subject: Subject, id: string) {
    this.subject = subject;
    this.id = id;
  }

  fold(fact: RunFact): void {
    this.experimentId = fact.experimentId;
    switch (fact.kind) {
      case 'attribute':
        return this.#keep(this.#attributes, fact, isLater);
      case 'param':
        return this.#keep(this.#params, fact, isEarlier);
      case 'tag':
        return this.#keep(this.#tags, fact, isLater);
      case 'metric':
        return this.#keep(this.#metrics, fact, isNewerPoint);
      case 'artifact':
        return this.#keep(this.#artifacts, fact, isLater);
      case 'void':
        // Says nothing of the run: what it names was never folded.
        return;
      default:
        return this.#keep(this.#links, fact, isEarlier, `${fact.kind} ${fact.key}`);
    }
  }

  /** Remembers that the write at an offset does not count, and why. */
  refuse(offset: number, refusal: Refusal): void {
    this.#refused.set(offset, refusal);
    this.#bytes += factBytes;
  }

  refusalAt(offset: number): Refusal | undefined {
    return this.#refused.get(offset);
  }

  /** Remembers that a request was done. */
  answer(requestId: string, requestHash: string | null): void {
    this.#requests.set(requestId, requestHash);
    const [oldest] = this.#requests.keys();
    if (oldest !== undefined && this.#requests.size > rememberedRequests) this.#requests.delete(oldest);
  }

  /** The hash of what was asked for under a request id that was done; null when it was not kept, undefined for a new one. */
  answered(requestId: string): string | null | undefined {
    return this.#requests.get(requestId);
  }

  /** False while only later writes are known, or none: the creation is a write like any other. False again once it is purged. */
  get exists(): boolean {
    return this.#attributes.has('created_time') && !this.isPurged;
  }

  get isDeleted(): boolean {
    return this.attribute('lifecycle_stage') === 'deleted';
  }

  get isPurged(): boolean {
    return this.attribute('lifecycle_stage') === purgedStage;
  }

  /** Where the write lies that created it; undefined while it does not exist. */
  get createdOffset(): number | undefined {
    return this.#attributes.get('created_time')?.offset;
  }

  /** What it takes in memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  attribute(name: string): string | undefined {
    const text = this.#attributes.get(name)?.text;
    return text === '' ? undefined : text;
  }

  numberAttribute(name: string): number | undefined {
    const text = this.attribute(name);
    return text === undefined ? undefined : Number(text);
  }

  /** Time of the last change of an attribute. */
  get updatedAtMs(): number {
    return Math.max(0, ...[...this.#attributes.values()].map(({ recordedAtMs }) => recordedAtMs));
  }

  param(key: string): RunFact | undefined {
    return this.#params.get(key);
  }

  get params(): RunFact[] {
    return byKey(this.#params.values());
  }

  get tags(): RunFact[] {
    return byKey([...this.#tags.values()].filter(({ removed }) => !removed));
  }

  tag(key: string): string | undefined {
    const fact = this.#tags.get(key);
    return fact === undefined || fact.removed ? undefined : fact.text;
  }

  /** Where the write lies that set the tag last, or took it away; -1 when none did. */
  tagOffset(key: string): number {
    return this.#tags.get(key)?.offset ?? -1;
  }

  /** The point that counts of each metric. */
  get metrics(): RunFact[] {
    return byKey(this.#metrics.values());
  }

  links(kind: 'dataset' | 'model-input' | 'model-output'): RunFact[] {
    return [...this.#links.values()].filter((fact) => fact.kind === kind).sort(byPosition);
  }

  get artifacts(): RunFact[] {
    return byKey([...this.#artifacts.values()].filter(({ removed }) => !removed));
  }

  artifact(path: string): RunFact | undefined {
    const fact = this.#artifacts.get(path);
    return fact === undefined || fact.removed ? undefined : fact;
  }

  #keep(map: Map<string, RunFact>, fact: RunFact, wins: (a: RunFact, b: RunFact) => boolean, key = fact.key): void {
    const held = map.get(key);
    if (held !== undefined && !wins(fact, held)) return;
    map.set(key, fact);
    this.#bytes += bytesOf(fact) - (held === undefined ? 0 : bytesOf(held));
  }
}

function bytesOf({ key, text }: RunFact): number {
  return factBytes + key.length + text.length;
}

function byPosition(a: RunFact, b: RunFact): number {
  return a.offset - b.offset || a.item - b.item;
}

/** The last value of a tag or an attribute counts. */
function isLater(a: RunFact, b: RunFact): boolean {
  return byPosition(a, b) > 0;
}

/** The first value of a param stays. */
function isEarlier(a: RunFact, b: RunFact): boolean {
  return byPosition(a, b) < 0;
}

/** The latest point of a metric is the one with the highest step, then time, then value; NaN is below all values. */
function isNewerPoint(a: RunFact, b: RunFact): boolean {
  return (a.step - b.step || a.timestampMs - b.timestampMs || compareValues(a.number, b.number)) > 0;
}

function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a - b;
}

function byKey(facts: Iterable<RunFact>): RunFact[] {
  return [...facts].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
