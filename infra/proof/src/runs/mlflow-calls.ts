import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** So long one write may be repeated: longer than anything that is killed stays away. */
const longestMs = 120_000;
const pauseMs = 100;

export interface FoundRun {
  readonly info: { readonly run_id: string; readonly run_name: string };
  readonly data: {
    readonly params?: readonly { readonly key: string; readonly value: string }[];
    readonly metrics?: readonly { readonly key: string; readonly value: number }[];
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
  };
}

export interface RunPage {
  readonly runs?: readonly FoundRun[];
  readonly next_page_token?: string;
}

/** MLflow's API as a client that repeats each write, under one idempotency key if wanted, until it is answered. */
export class MlflowCalls {
  readonly url: string;
  readonly #withKeys: boolean;
  #repeats = 0;

  /** A creation under a key costs the server a look into history: for where things are killed only. */
  constructor(url: string, { withKeys = false } = {}) {
    this.url = url;
    this.#withKeys = withKeys;
  }

  /** Requests that were sent again because the first had no answer, or a 5xx. */
  get repeats(): number {
    return this.#repeats;
  }

  async createExperiment(name: string): Promise<string> {
    return ((await this.write('experiments/create', { name })) as { experiment_id: string }).experiment_id;
  }

  async createRun(body: object): Promise<string> {
    return ((await this.write('runs/create', body)) as { run: FoundRun }).run.info.run_id;
  }

  async searchRuns(body: object): Promise<RunPage> {
    return (await this.write('runs/search', body)) as RunPage;
  }

  /** Resolves with the answer once there is one. Throws when it is a refusal, or none came in time. */
  async write(path: string, body: object): Promise<unknown> {
    const key = randomUUID();
    const until = performance.now() + longestMs;
    for (;;) {
      const answer = await this.#post(path, body, key).catch((error: unknown) => String(error));
      if (typeof answer !== 'string' && answer.status === 200) return JSON.parse(answer.text);
      const said = typeof answer === 'string' ? answer : `${answer.status} ${answer.text.slice(0, 300)}`;
      if (typeof answer !== 'string' && answer.status < 500) throw new Error(`${path} was refused: ${said}`);
      if (performance.now() > until) throw new Error(`${path} was not answered for ${longestMs / 1000} s: ${said}`);
      this.#repeats += 1;
      await sleep(pauseMs);
    }
  }

  async #post(path: string, body: object, key: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.#withKeys && { 'idempotency-key': key }) },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }
}
