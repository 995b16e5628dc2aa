/**
 * One question for all who wait for an answer: whoever comes while one is being asked shares the next, for its answer may
 * be older than what he must see.
 */
export class SharedQuestion<T> {
  readonly #ask: () => Promise<T>;
  #asking: Promise<unknown> | null = null;
  #next: Promise<T> | null = null;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  answer(): Promise<T> {
    this.#next ??= this.#afterThis();
    return this.#next;
  }

  async #afterThis(): Promise<T> {
    // At least to the end of this turn of the event loop: the callers of the turn share one question.
    await this.#asking;
    this.#next = null;
    const question = this.#ask();
    const asked = question.then(
      () => undefined,
      () => undefined,
    );
    this.#asking = asked;
    void asked.finally(() => {
      if (this.#asking === asked) this.#asking = null;
    });
    return question;
  }
}
