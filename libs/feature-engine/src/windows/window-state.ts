import type { EntryInputs, EvaluateAt, ViewValues } from '../plans/values.ts';
import { BlockIndex } from './block-index.ts';
import type { EntityState, StateWrite } from './entity-state.ts';
import { FoldedEvents } from './folded-events.ts';
import { SessionIndex } from './session-index.ts';
import type { ViewEvaluator } from './view-evaluator.ts';
import { decodeWindow, encodeWindow, packStrings, roomFor, type DecodedWindow } from './window-codec.ts';
import { WindowIndex } from './window-index.ts';
import { strideOf, type EntryMark, type WindowLayout } from './window-layout.ts';

/** One event as a view's log holds it. Positions rise along the log, times need not. */
export interface WindowEntry {
  readonly timeMs: number;
  readonly position: number;
  readonly inputs: EntryInputs;
  /** Which event of the source it is, where later ones may take it back and the log is another one: see `originOf`. */
  readonly origin?: number;
  /** An earlier event in whose place it comes. */
  readonly replaces?: Retracted;
}

/** An event that was applied before. */
export interface Retracted {
  readonly timeMs: number;
  /** Its position where the log is the source itself, else its origin. */
  readonly origin: number;
}

export interface Retraction extends Retracted {
  /** Where the retraction lies in the log. */
  readonly position: number;
}

/** `repeated`: at or before the cut, nothing changed. `too-late`: refused, but the cut has moved past it. */
export type Applied = 'applied' | 'repeated' | 'too-late';

/** What all states of a view have in common. */
export interface WindowStateKind {
  readonly layout: WindowLayout;
  readonly evaluator: ViewEvaluator;
}

/**
 * The events of one entity in one view that any window may still need, ordered by (time, position), and what lifetimes need of those
 * before them.
 * Its content is a function of the sequence of entries applied, so a replay after a crash gives the same bytes.
 */
export class WindowState implements EntityState {
  readonly layout: WindowLayout;
  readonly index: WindowIndex;
  /** In the order of the layout's parts. */
  readonly parts: readonly BlockIndex[];
  /** By gap, each made when it is first asked for. */
  readonly #sessions = new Map<number, SessionIndex>();
  /** What has expired, where lifetimes are counted. */
  readonly folded: FoldedEvents | null;
  readonly #kind: WindowStateKind;
  readonly #stride: number;
  #raw: Float64Array;
  #start = 0;
  #end: number;
  #applied: number;
  #newestMs: number;
  /** No entry became known later than this; undefined while nobody has asked. */
  #allKnownAtMs: number | undefined;
  /** Beyond what the newest time says: a state of the past lacks what later events have made expire. */
  #droppedUpToMs = Number.NEGATIVE_INFINITY;
  #strings: string[];
  #stringCodes: Map<string, number> | null = null;

  constructor(
    kind: WindowStateKind,
    content: DecodedWindow = emptyWindow,
    folded: FoldedEvents | null = FoldedEvents.of(kind.layout),
  ) {
    const { layout } = kind;
    this.#kind = kind;
    this.layout = layout;
    this.index = new WindowIndex(layout);
    this.parts = layout.parts.map((part) => new BlockIndex(part));
    this.#stride = strideOf(layout);
    this.#raw = content.raw;
    this.#end = content.entries;
    this.#applied = content.applied;
    this.#newestMs = content.newestMs;
    this.#strings = content.strings;
    this.folded = folded;
  }

  static decode(kind: WindowStateKind, bytes: Uint8Array): WindowState {
    const { folded, ...content } = decodeWindow(kind.layout, bytes);
    const state = new WindowState(kind, content);
    state.folded?.read(folded);
    return state;
  }

  writes(): readonly StateWrite[] {
    const bytes = encodeWindow(this.layout, {
      raw: this.#raw.subarray(this.#start * this.#stride, this.#end * this.#stride),
      entries: this.size,
      applied: this.#applied,
      newestMs: this.#newestMs,
      strings: this.#strings,
      folded: this.folded?.encode() ?? null,
    });
    return [{ suffix: '', bytes }];
  }

  evaluate(at: EvaluateAt): ViewValues {
    return this.#kind.evaluator.evaluate(this, at);
  }

  get applied(): number {
    return this.#applied;
  }

  get newestMs(): number {
    return this.#newestMs;
  }

  /** Number of events kept. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** The index included. */
  get sizeBytes(): number {
    const entryBytes = this.#stride * 8 + this.index.entryBytes;
    const indexBytes = [...this.parts, ...this.#sessions.values()].reduce(
      (total, { sizeBytes }) => total + sizeBytes,
      0,
    );
    const foldedBytes = this.folded?.sizeBytes ?? 0;
    return (
      1_000 + foldedBytes + (this.#raw.length / this.#stride) * entryBytes + this.#strings.length * 40 + indexBytes
    );
  }

  /** Index range and storage for evaluation: entries [start, end) of `raw`. */
  get raw(): Float64Array {
    return this.#raw;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  isTooLate(timeMs: number): boolean {
    return timeMs < this.#newestMs - this.layout.allowedLatenessMs;
  }

  /** Whether values at this time can be given: nothing that a window could reach has been refused or dropped. */
  canAnswer(timeMs: number): boolean {
    return !this.isTooLate(timeMs) && timeMs - this.layout.heldMs >= this.#droppedUpToMs;
  }

  /**
   * This state without the events after a position. What has been dropped or folded meanwhile stays so, and the newest time is that
   * of the entries kept, so a view whose events may lack every value answers some times that it would have refused then.
   */
  asOf(position: number): WindowState {
    const stride = this.#stride;
    const raw = new Float64Array(roomFor(this.size) * stride);
    let entries = 0;
    let newestMs = Number.NEGATIVE_INFINITY;
    for (let at = this.#start * stride; at < this.#end * stride; at += stride) {
      if ((this.#raw[at + 1] ?? 0) > position) continue;
      raw.set(this.#raw.subarray(at, at + stride), entries * stride);
      newestMs = this.#raw[at] ?? newestMs;
      entries += 1;
    }
    const applied = Math.min(position, this.#applied);
    const content = { raw, entries, applied, newestMs, strings: [...this.#strings] };
    const past = new WindowState(this.#kind, content, this.folded);
    // What was taken back or folded since is not there any more, and nothing tells of it.
    const isWhole = !this.layout.corrected && (this.folded === null || this.folded.newestPosition <= position);
    past.#droppedUpToMs = isWhole
      ? Math.max(this.#droppedUpToMs, this.#newestMs - this.layout.retentionMs)
      : Number.POSITIVE_INFINITY;
    return past;
  }

  /** This state without the events that were not known yet at a time: itself where all were. */
  knownAt(timeMs: number): WindowState {
    const mark = this.#offsetOf('available-at');
    if (mark === -1) return this;
    this.#allKnownAtMs ??= this.#latest(mark);
    if (this.#allKnownAtMs <= timeMs) return this;
    const stride = this.#stride;
    const raw = new Float64Array(roomFor(this.size) * stride);
    let entries = 0;
    for (let at = this.#start * stride; at < this.#end * stride; at += stride) {
      if ((this.#raw[at + mark] ?? 0) > timeMs) continue;
      raw.set(this.#raw.subarray(at, at + stride), entries * stride);
      entries += 1;
    }
    const { applied, newestMs } = this;
    return new WindowState(this.#kind, { raw, entries, applied, newestMs, strings: [...this.#strings] });
  }

  apply(entry: WindowEntry): Applied {
    if (entry.position <= this.#applied) return 'repeated';
    this.#applied = entry.position;
    const { corrected, keepsEmptyEntries, retentionMs } = this.layout;
    if (entry.replaces !== undefined) this.#remove(entry.replaces);
    if (!corrected && this.isTooLate(entry.timeMs)) return 'too-late';
    const isKept = !corrected || entry.timeMs > this.#newestMs - retentionMs;
    if (isKept && (keepsEmptyEntries || hasValue(entry.inputs))) this.#insert(entry);
    if (entry.timeMs > this.#newestMs) {
      this.#newestMs = entry.timeMs;
      this.#expire();
    }
    return 'applied';
  }

  retract({ position, ...retracted }: Retraction): Applied {
    if (position <= this.#applied) return 'repeated';
    this.#applied = position;
    this.#remove(retracted);
    return 'applied';
  }

  /** The first entry whose time is after `timeMs`. */
  firstAfter(timeMs: number): number {
    return this.firstAfterPosition(timeMs, Number.POSITIVE_INFINITY);
  }

  /** The first entry after (`timeMs`, `position`) in the order of time and position. */
  firstAfterPosition(timeMs: number, position: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * this.#stride;
      const time = this.#raw[at] ?? 0;
      if (time > timeMs || (time === timeMs && (this.#raw[at + 1] ?? 0) > position)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The first entry of the session that an entry lies in, as far as any was kept; it may have expired since. */
  sessionStart(entry: number, gapMs: number): number {
    let sessions = this.#sessions.get(gapMs);
    if (sessions === undefined) this.#sessions.set(gapMs, (sessions = new SessionIndex(gapMs)));
    return sessions.startOf(entry, this);
  }

  timeAt(entry: number): number {
    return this.#raw[entry * this.#stride] ?? Number.NaN;
  }

  positionAt(entry: number): number {
    return this.#raw[entry * this.#stride + 1] ?? Number.NaN;
  }

  valueAt(entry: number, column: number): number {
    return this.#raw[entry * this.#stride + 2 + column] ?? Number.NaN;
  }

  stringAt(entry: number, column: number): string | null {
    return this.#strings[this.#raw[entry * this.#stride + 2 + column] ?? -1] ?? null;
  }

  /** Null: this entry has no value in that column. At -1 every event has the value 1. */
  entryValue(entry: number, column: number): number | string | null {
    if (column === -1) return 1;
    if (column >= this.layout.numberColumns) return this.stringAt(entry, column);
    const value = this.valueAt(entry, column);
    return Number.isNaN(value) ? null : value;
  }

  /** Where an entry holds a mark; -1 where it does not. */
  #offsetOf(mark: EntryMark): number {
    const index = this.layout.marks.indexOf(mark);
    return index === -1 ? -1 : 2 + this.layout.columns.length + index;
  }

  #latest(offset: number): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (let entry = this.#start; entry < this.#end; entry += 1)
      latest = Math.max(latest, this.#raw[entry * this.#stride + offset] ?? latest);
    return latest;
  }

  #remove({ timeMs, origin }: Retracted): void {
    const mark = this.#offsetOf('origin');
    const which = mark === -1 ? 1 : mark;
    for (let entry = this.firstAfterPosition(timeMs, -1); this.timeAt(entry) === timeMs; entry += 1) {
      if (entry >= this.#end) return;
      const at = entry * this.#stride;
      if (this.#raw[at + which] !== origin) continue;
      this.#raw.copyWithin(at, at + this.#stride, this.#end * this.#stride);
      this.#end -= 1;
      this.#staleFrom(entry);
      return;
    }
  }

  #insert({ timeMs, position, inputs, origin }: WindowEntry): void {
    if (this.#end * this.#stride === this.#raw.length) this.#makeRoom();
    // Positions only rise, so among equal times the new entry is the last.
    const entry = timeMs >= this.#newestMs ? this.#end : this.firstAfter(timeMs);
    const at = entry * this.#stride;
    this.#raw.copyWithin(at + this.#stride, at, this.#end * this.#stride);
    this.#end += 1;
    this.#staleFrom(entry);
    this.#raw[at] = timeMs;
    this.#raw[at + 1] = position;
    const { numberColumns, columns } = this.layout;
    for (let column = 0; column < columns.length; column += 1) {
      const value =
        column < numberColumns ? inputs.numbers[column] : this.#codeOf(inputs.strings[column - numberColumns] ?? null);
      this.#raw[at + 2 + column] = value ?? Number.NaN;
    }
    const availableAtMs = Math.max(timeMs, inputs.availableAtMs ?? timeMs);
    this.layout.marks.forEach((mark, index) => {
      this.#raw[at + 2 + columns.length + index] = mark === 'origin' ? (origin ?? position) : availableAtMs;
    });
    if (this.#allKnownAtMs !== undefined) this.#allKnownAtMs = Math.max(this.#allKnownAtMs, availableAtMs);
  }

  #expire(): void {
    const keptAfterMs = this.#newestMs - this.layout.retentionMs;
    while (this.#start < this.#end && (this.#raw[this.#start * this.#stride] ?? 0) <= keptAfterMs) {
      this.folded?.add(this, this.#start);
      this.#start += 1;
    }
  }

  /** Drops what has expired if that is much, else grows: both amortised over as many insertions as they move entries. */
  #makeRoom(): void {
    const live = this.#raw.subarray(this.#start * this.#stride, this.#end * this.#stride);
    const size = this.size;
    const capacity = this.#start >= size && this.#start > 0 ? this.#end : roomFor(size);
    const { raw, strings } = packStrings(this.layout, { raw: live, strings: this.#strings });
    this.#raw = new Float64Array(capacity * this.#stride);
    this.#raw.set(raw);
    this.#strings = strings;
    this.#stringCodes = null;
    this.#start = 0;
    this.#end = size;
    this.#staleFrom(0);
  }

  #staleFrom(entry: number): void {
    this.index.staleFrom(entry);
    for (const part of this.parts) part.staleFrom(entry);
    for (const sessions of this.#sessions.values()) sessions.staleFrom(entry);
  }

  #codeOf(text: string | null): number {
    if (text === null) return Number.NaN;
    this.#stringCodes ??= new Map(this.#strings.map((known, code) => [known, code]));
    const known = this.#stringCodes.get(text);
    if (known !== undefined) return known;
    this.#strings.push(text);
    this.#stringCodes.set(text, this.#strings.length - 1);
    return this.#strings.length - 1;
  }
}

const emptyWindow: DecodedWindow = {
  raw: new Float64Array(0),
  entries: 0,
  applied: -1,
  newestMs: Number.NEGATIVE_INFINITY,
  strings: [],
};

function hasValue(inputs: EntryInputs): boolean {
  for (let index = 0; index < inputs.numbers.length; index += 1) {
    if (!Number.isNaN(inputs.numbers[index])) return true;
  }
  return inputs.strings.some((text) => text !== null);
}
