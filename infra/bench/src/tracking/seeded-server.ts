import type { Sizes } from './cases.ts';
import { seedHistory, seedRuns, type SeededExperiment } from './seed.ts';
import type { TrackingServer } from './servers/tracking-server.ts';

/** A server with the runs that are read from it, each made when it is first wanted. */
export class SeededServer {
  readonly server: TrackingServer;
  readonly #sizes: Sizes & { readonly seedSeconds: number };
  readonly #say: (line: string) => void;
  #few: Promise<SeededExperiment> | undefined;
  #many: Promise<SeededExperiment> | undefined;
  #history: Promise<string> | undefined;

  constructor(server: TrackingServer, sizes: Sizes & { seedSeconds: number }, say: (line: string) => void) {
    this.server = server;
    this.#sizes = sizes;
    this.#say = say;
  }

  few(): Promise<SeededExperiment> {
    this.#few ??= this.#seed('few', this.#sizes.fewRuns);
    return this.#few;
  }

  /** As many as are wanted, or as the server takes in the time that there is for it. */
  many(): Promise<SeededExperiment> {
    this.#many ??= (async () => {
      const { manyRuns, seedSeconds } = this.#sizes;
      const { perSecond } = await this.few();
      const affordable = Math.floor(perSecond * seedSeconds);
      if (affordable >= manyRuns) return this.#seed('many', manyRuns);
      const neededSeconds = Math.round(manyRuns / perSecond);
      this.#say(
        `  ${this.server.name} gets ${affordable} runs instead of ${manyRuns}: at ${Math.round(perSecond)} runs a second these would take ${neededSeconds} s (--seed-seconds ${seedSeconds})`,
      );
      return this.#seed('many', affordable);
    })();
    return this.#many;
  }

  history(): Promise<string> {
    this.#history ??= seedHistory(this.#url, 'seeded history', this.#sizes.points);
    return this.#history;
  }

  get #url(): string {
    const [line] = this.server.lines;
    if (line === undefined) throw new Error(`${this.server.name} has no address`);
    return line.url;
  }

  async #seed(name: string, runs: number): Promise<SeededExperiment> {
    const seeded = await seedRuns(this.#url, `seeded ${name}`, runs);
    this.#say(`  ${this.server.name}: ${runs} runs made, ${Math.round(seeded.perSecond)} a second`);
    return seeded;
  }
}
