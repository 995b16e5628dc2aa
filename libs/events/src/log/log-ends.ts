import { TransientError } from '../errors.ts';

/** Next offset by partition, by topic. */
export type Ends = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Asks for the ends of the first so many partitions of each topic. */
export type AskEnds = (wanted: ReadonlyMap<string, number>) => Promise<Ends>;

interface Asking {
  readonly topic: string;
  readonly partitions: number;
  readonly resolve: (ends: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Where logs end: what every read waits for that must see all that was acknowledged before it. One question for all who
 * come while the one before is under way, whatever topics they ask about: its answer would be too old for them.
 */
export class LogEnds {
  readonly #ask: AskEnds;
  #waiting: Asking[] = [];
  #isAsking = false;

  constructor(ask: AskEnds) {
    this.#ask = ask;
  }

  /** Next offset of each of the topic's first partitions; the topic by its name on the broker. A broker that is away is a TransientError. */
  of(topic: string, partitions: number): Promise<number[]> {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    this.#waiting.push({ topic, partitions, resolve, reject });
    if (!this.#isAsking) void this.#askAll();
    return promise;
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    // The callers of this turn of the event loop share one question.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      await this.#answer(together);
    }
    this.#isAsking = false;
  }

  async #answer(together: readonly Asking[]): Promise<void> {
    const wanted = new Map<string, number>();
    for (const { topic, partitions } of together) wanted.set(topic, Math.max(partitions, wanted.get(topic) ?? 0));
    try {
      const ends = await this.#ask(wanted);
      for (const one of together) tell(one, ends.get(one.topic));
    } catch (error) {
      if (wanted.size === 1) return together.forEach(({ reject }) => reject(error));
      // One topic is missing, or its leader: the others are not to blame.
      for (const topic of wanted.keys()) await this.#answer(together.filter((one) => one.topic === topic));
    }
  }
}

function tell({ topic, partitions, resolve, reject }: Asking, found: ReadonlyMap<number, number> | undefined): void {
  const ends: number[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const end = found?.get(partition);
    if (end === undefined) {
      return reject(new TransientError('kafka', `topic "${topic}" partition ${partition} has no leader`));
    }
    ends.push(end);
  }
  resolve(ends);
}
