import type { MlflowCalls } from './mlflow-calls.ts';
import type { Writer } from './kill-while.ts';

/** What the server has acknowledged of a run. What else is in it follows from its name. */
export interface WrittenRun {
  readonly id: string;
  readonly name: string;
  /** Points of the metric `loss`: steps 0 to one below. */
  readonly points: number;
}

const roundsOfRun = 5;
const pointsOfBatch = 20;
const paramNames = ['model', 'seed', 'rate'];
/** Its creation, its params, a point and a batch each round, its end. */
const writesOfRun = 1 + paramNames.length + 2 * roundsOfRun + 1;

export const paramsOf = (name: string): { key: string; value: string }[] =>
  paramNames.map((key) => ({ key, value: `${key} of ${name}` }));

/** Writes one run after the other: its creation, params, single points and batches, a tag that counts them. */
export class RunWriter implements Writer {
  readonly runs: WrittenRun[] = [];
  readonly #calls: MlflowCalls;
  readonly #experiment: string;
  readonly #index: number;

  constructor(calls: MlflowCalls, { experiment, index }: { experiment: string; index: number }) {
    this.#calls = calls;
    this.#experiment = experiment;
    this.#index = index;
  }

  get acknowledged(): number {
    return this.runs.length * writesOfRun;
  }

  async writeOn(): Promise<void> {
    const name = `writer ${this.#index} run ${this.runs.length}`;
    const id = await this.#calls.createRun({ experiment_id: this.#experiment, run_name: name, start_time: 1 });
    for (const param of paramsOf(name)) await this.#calls.write('runs/log-parameter', { run_id: id, ...param });
    let points = 0;
    const point = () => ({ key: 'loss', value: points, timestamp: points, step: points++ });
    for (let round = 0; round < roundsOfRun; round += 1) {
      await this.#calls.write('runs/log-metric', { run_id: id, ...point() });
      await this.#calls.write('runs/log-batch', {
        run_id: id,
        metrics: Array.from({ length: pointsOfBatch }, point),
        tags: [{ key: 'points', value: String(points) }],
      });
    }
    await this.#calls.write('runs/update', { run_id: id, status: 'FINISHED', end_time: 2 });
    this.runs.push({ id, name, points });
  }
}
