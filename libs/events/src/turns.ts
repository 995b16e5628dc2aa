/** Something asked for, and how whoever waits for it is answered. */
export interface Waiting<Q, A> {
  readonly asked: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** Work in turns: all that came during one is done together in the next, so that what it gives is newer than whoever waits for it. */
export class Turns<Q, A> {
  readonly #work: (turn: readonly Waiting<Q, A>[]) => Promise<unknown>;
  #waiting: Waiting<Q, A>[] = [];
  #isTurning = false;

  /** `work` answers each of a turn, and never rejects itself; the turn is over when it is. */
  constructor(work: (turn: readonly Waiting<Q, A>[]) => Promise<unknown>) {
    this.#work = work;
  }

  next(asked: Q): Promise<A> {
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    this.#waiting.push({ asked, resolve, reject });
    if (!this.#isTurning) {
      this.#isTurning = true;
      // Whatever the sockets have brought in this turn of the event loop comes with it.
      setImmediate(() => void this.#turn());
    }
    return promise;
  }

  async #turn(): Promise<void> {
    while (this.#waiting.length > 0) {
      const turn = this.#waiting;
      this.#waiting = [];
      await this.#work(turn);
    }
    this.#isTurning = false;
  }
}

/** Work that has one answer for all of its turn. */
export function oneForAll<Q, A>(
  ask: (asked: readonly Q[]) => Promise<A>,
): (turn: readonly Waiting<Q, A>[]) => Promise<void> {
  return async (turn) => {
    try {
      const answer = await ask(turn.map(({ asked }) => asked));
      for (const { resolve } of turn) resolve(answer);
    } catch (error) {
      for (const { reject } of turn) reject(error);
    }
  };
}
