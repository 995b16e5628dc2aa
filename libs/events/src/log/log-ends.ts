import { TransientError } from '../errors.ts';
import { oneForAll, Turns } from '../turns.ts';

/** Next offset by partition, by topic. */
export type Ends = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Asks for the ends of the first so many partitions of each topic. */
export type AskEnds = (wanted: ReadonlyMap<string, number>) => Promise<Ends>;

interface Question {
  /** Name on the broker. */
  readonly topic: string;
  readonly partitions: number;
}

/** The ends of the topic, or why they are not known. */
type Answer = (topic: string) => ReadonlyMap<number, number> | undefined;

/**
 * Where logs end: what every read waits for that must see all that was acknowledged before it. One question for all who
 * come while the one before is under way, whatever topics they ask about: its answer would be too old for them.
 */
export class LogEnds {
  readonly #ask: AskEnds;
  readonly #turns = new Turns(oneForAll((questions: readonly Question[]) => this.#answer(questions)));

  constructor(ask: AskEnds) {
    this.#ask = ask;
  }

  /** Next offset of each of the topic's first partitions; the topic by its name on the broker. A broker that is away is a TransientError. */
  async of(topic: string, partitions: number): Promise<number[]> {
    const answer = await this.#turns.next({ topic, partitions });
    const found = answer(topic);
    return Array.from({ length: partitions }, (_, partition) => {
      const end = found?.get(partition);
      if (end === undefined) throw new TransientError('kafka', `topic "${topic}" partition ${partition} has no leader`);
      return end;
    });
  }

  async #answer(questions: readonly Question[]): Promise<Answer> {
    const wanted = new Map<string, number>();
    for (const { topic, partitions } of questions) wanted.set(topic, Math.max(partitions, wanted.get(topic) ?? 0));
    try {
      const ends = await this.#ask(wanted);
      return (topic) => ends.get(topic);
    } catch (error) {
      if (wanted.size === 1) throw error;
      return this.#oneByOne(wanted);
    }
  }

  /** One topic is missing, or its leader: those who ask about others are not to blame. */
  async #oneByOne(wanted: ReadonlyMap<string, number>): Promise<Answer> {
    const answers = new Map<string, { readonly ends?: ReadonlyMap<number, number>; readonly error?: unknown }>();
    for (const [topic, partitions] of wanted) {
      answers.set(
        topic,
        await this.#ask(new Map([[topic, partitions]])).then(
          (ends) => ({ ends: ends.get(topic) ?? new Map() }),
          (error: unknown) => ({ error }),
        ),
      );
    }
    return (topic) => {
      const { ends, error } = answers.get(topic) ?? {};
      if (error !== undefined) throw error;
      return ends;
    };
  }
}
