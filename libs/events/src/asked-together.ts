interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions that come while others are being answered are asked together next, each with an answer that is newer than it. */
export class AskedTogether<Q, A> {
  readonly #ask: (questions: readonly Q[]) => Promise<A>;
  #waiting: Waiting<Q, A>[] = [];
  #isTurning = false;

  constructor(ask: (questions: readonly Q[]) => Promise<A>) {
    this.#ask = ask;
  }

  /** The answer to all questions of its turn. */
  answer(question: Q): Promise<A> {
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    this.#waiting.push({ question, resolve, reject });
    if (!this.#isTurning) {
      this.#isTurning = true;
      // Whatever the sockets have brought in this turn of the event loop comes with it.
      setImmediate(() => void this.#turn());
    }
    return promise;
  }

  async #turn(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#waiting;
      this.#waiting = [];
      try {
        const answer = await this.#ask(asked.map(({ question }) => question));
        for (const { resolve } of asked) resolve(answer);
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#isTurning = false;
  }
}
