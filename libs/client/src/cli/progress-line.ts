import type { PublishProgress } from '../publish/publish-options.ts';
import { grouped, oneLine, shortDuration, shortTime } from './layout.ts';
import type { Terminal } from './terminal.ts';

const interactiveMs = 200;
const plainMs = 5_000;
/** Over which the shown rate is taken. */
const rateWindowMs = 5_000;

/** Says how far a publication is: one line that is written over on a terminal, a line every few seconds elsewhere. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #file: string;
  readonly #speed: number | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #samples: { readonly atMs: number; readonly done: number }[] = [];
  #progress: PublishProgress | null = null;
  #saidOf: PublishProgress['phase'] | null = null;

  constructor(terminal: Terminal, { file, speed }: { readonly file: string; readonly speed?: number | undefined }) {
    this.#terminal = terminal;
    this.#file = file;
    this.#speed = speed;
    this.#timer = setInterval(() => this.#say(), terminal.interactive ? interactiveMs : plainMs);
  }

  update(progress: PublishProgress): void {
    this.#progress = progress;
    // Short work ends before the first tick: each phase is said once anyway.
    if (!this.#terminal.interactive && this.#saidOf !== progress.phase && progress.phase === 'publishing') this.#say();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#terminal.interactive) this.#terminal.status('\r\u001B[2K');
  }

  #say(): void {
    const progress = this.#progress;
    if (!progress) return;
    this.#saidOf = progress.phase;
    const text = progress.phase === 'reading' ? this.#reading(progress) : this.#publishing(progress);
    const { interactive, columns } = this.#terminal;
    this.#terminal.status(interactive ? `\r\u001B[2K${oneLine(text, columns - 1)}` : `${text}\n`);
  }

  #reading({ readBytes, sizeBytes, rows }: PublishProgress): string {
    const percent = sizeBytes === 0 ? 100 : Math.floor((100 * readBytes) / sizeBytes);
    return `reading ${this.#file}: ${percent} %, ${grouped(rows)} rows`;
  }

  #publishing(progress: PublishProgress): string {
    const { events, outcomes, entries, reachedMs, rows } = progress;
    const done = events + outcomes;
    const rate = this.#rate(done);
    const leftMs = this.#leftMs(progress, rate);
    return [
      `${grouped(rows)} rows read, published ${grouped(done)} of ${grouped(entries)}${outcomes > 0 ? ` (${grouped(outcomes)} outcomes)` : ''}`,
      ...(rate === null ? [] : [`${grouped(rate)}/s`]),
      ...(reachedMs === null ? [] : [`at ${shortTime(reachedMs)}`]),
      ...(leftMs === null ? [] : [`${shortDuration(leftMs)} left`]),
    ].join(', ');
  }

  /** Null until there is something to tell it from. */
  #rate(done: number): number | null {
    const atMs = performance.now();
    this.#samples.push({ atMs, done });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > rateWindowMs) this.#samples.shift();
    const [first] = this.#samples;
    const elapsedMs = first ? atMs - first.atMs : 0;
    return elapsedMs > 0 && first ? ((done - first.done) * 1000) / elapsedMs : null;
  }

  /** At full speed by the entries that are left, else by the event time that has to pass. */
  #leftMs({ events, outcomes, entries, reachedMs, lastMs }: PublishProgress, rate: number | null): number | null {
    if (this.#speed !== undefined)
      return reachedMs === null || lastMs === null ? null : (lastMs - reachedMs) / this.#speed;
    return rate !== null && rate > 0 ? ((entries - events - outcomes) * 1000) / rate : null;
  }
}
