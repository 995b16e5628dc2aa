import type { Writer } from './kill-while.ts';
import type { MlflowCalls } from './mlflow-calls.ts';

/** Registers one version of a model after the other and gives each the alias. All writers write to one model. */
export class VersionWriter implements Writer {
  static readonly model = 'killed under load';
  /** Numbers that the server has given. */
  readonly versions: number[] = [];
  readonly #calls: MlflowCalls;
  readonly #index: number;

  constructor(calls: MlflowCalls, index: number) {
    this.#calls = calls;
    this.#index = index;
  }

  get acknowledged(): number {
    // Each is registered and gets the alias.
    return 2 * this.versions.length;
  }

  get alias(): string {
    return `of-writer-${this.#index}`;
  }

  sourceOf(count: number): string {
    return `s3://elsewhere/writer-${this.#index}/${count}`;
  }

  async writeOn(): Promise<void> {
    const name = VersionWriter.model;
    const { model_version: version } = (await this.#calls.write('model-versions/create', {
      name,
      source: this.sourceOf(this.versions.length),
    })) as { model_version: { version: string } };
    this.versions.push(Number(version.version));
    await this.#calls.write('registered-models/alias', { name, alias: this.alias, version: version.version });
  }
}
