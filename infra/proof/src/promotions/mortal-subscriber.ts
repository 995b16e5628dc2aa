import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { HandledPromotions, type HandledPromotion } from './handled-promotions.ts';

/** When a subscriber dies: before or after it has handled its n-th delivery since its start, always before it acknowledges. */
export interface Death {
  readonly when: 'before' | 'after';
  readonly delivery: number;
}

export interface SubscriberCommand {
  readonly program: string;
  readonly args: (death: Death | null, file: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A subscriber in a process of its own that is killed and started again: one life for each death, then one that lasts. */
export class MortalSubscriber {
  readonly handled: HandledPromotions;
  readonly #file: string;
  readonly #command: SubscriberCommand;
  readonly #deaths: Death[];
  #child: ChildProcess | undefined;
  #died = 0;
  #complaints = '';
  #stopped = false;

  constructor(
    command: SubscriberCommand,
    { folder, name, deaths }: { folder: string; name: string; deaths: readonly Death[] },
  ) {
    this.#command = command;
    this.#deaths = [...deaths];
    this.#file = path.join(folder, `${name}.jsonl`);
    this.handled = new HandledPromotions(this.#file);
    this.#live();
  }

  /** How often it was killed so far. */
  get died(): number {
    return this.#died;
  }

  get all(): readonly HandledPromotion[] {
    return this.handled.all();
  }

  /** The end of what it wrote to stderr: it says why it does not get on. */
  get complaints(): string {
    return this.#complaints;
  }

  stop(): void {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
  }

  #live(): void {
    const death = this.#deaths.shift() ?? null;
    const child = spawn(this.#command.program, [...this.#command.args(death, this.#file)], {
      env: { ...process.env, ...this.#command.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on(
      'data',
      (chunk: Buffer) => (this.#complaints = (this.#complaints + chunk.toString()).slice(-4_000)),
    );
    child.once('close', (_, signal) => {
      if (this.#stopped) return;
      if (signal === 'SIGKILL') this.#died += 1;
      this.#live();
    });
    this.#child = child;
  }
}
