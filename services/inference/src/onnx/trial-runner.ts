import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelPlan } from './model-plan.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';
import type { TrialReply, TrialReport, TrialRequest } from './trial-protocol.ts';

export interface TrialLimits {
  readonly deadlineMs: number;
  readonly cpuSeconds: number;
  /** Address space of the process, of which Node itself takes about a gigabyte. */
  readonly memoryBytes: number;
  readonly batchRows: number;
  readonly maxBatchMs: number;
  readonly maxLoadMs: number;
}

interface Exit {
  readonly how: string;
  /** Ended from outside, as by a machine that has run out of memory: says nothing of the model. */
  readonly isKilled: boolean;
}

/**
 * Runs a foreign model in a process of its own before the service does: a native call that hangs can only be ended by
 * killing its process, and only a process can be kept from taking all memory. One process waits, already started, so
 * that a promotion does not wait for Node.
 */
export class TrialRunner {
  readonly #limits: TrialLimits;
  #waiting: Promise<TrialProcess> | null = null;
  #closed = false;

  constructor(limits: TrialLimits) {
    this.#limits = limits;
  }

  /** Starts the waiting process; a trial without it works too, half a second later. */
  prepare(): void {
    if (this.#closed || this.#waiting !== null) return;
    this.#waiting = TrialProcess.start(this.#limits);
    this.#waiting.catch(() => undefined);
  }

  async run(bytes: Uint8Array, plan: ModelPlan): Promise<Verdict<TrialReport>> {
    const trial = await this.#take();
    try {
      return await trial.run(bytes, plan);
    } finally {
      await trial.end();
      this.prepare();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = null;
    const trial = await waiting?.catch(() => null);
    await trial?.end();
  }

  /** The waiting process may have died since; then a fresh one serves. */
  async #take(): Promise<TrialProcess> {
    const waiting = this.#waiting;
    this.#waiting = null;
    const trial = await waiting?.catch(() => null);
    if (trial?.alive === true) return trial;
    await trial?.end();
    return TrialProcess.start(this.#limits);
  }
}

class TrialProcess {
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #limits: TrialLimits;
  readonly #exited: Promise<Exit>;

  private constructor(child: ChildProcess, directory: string, limits: TrialLimits) {
    this.#child = child;
    this.#directory = directory;
    this.#limits = limits;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve({ how: error.message, isKilled: true }));
      child.once('exit', (code, signal) =>
        resolve({
          how: signal === null ? `exit code ${String(code)}` : `signal ${signal}`,
          isKilled: signal === 'SIGKILL' || signal === 'SIGTERM',
        }),
      );
    });
  }

  static async start(limits: TrialLimits): Promise<TrialProcess> {
    const directory = await mkdtemp(path.join(tmpdir(), 'millrace-trial-'));
    const cwd = path.join(directory, 'empty');
    await mkdir(cwd);
    const script = childScript();
    const kilobytes = Math.floor(limits.memoryBytes / 1024);
    const capped = `ulimit -v ${kilobytes}; ulimit -t ${limits.cpuSeconds}; ulimit -c 0; exec "$0" "$@"`;
    const child = spawn('/bin/sh', ['-c', capped, process.execPath, '--no-warnings', script, directory], {
      cwd,
      // Nothing of the service's environment: no address, no password.
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'json',
    });
    const trial = new TrialProcess(child, directory, limits);
    const first = await Promise.race([trial.#nextReply(), trial.#exited]);
    if ('how' in first) {
      await trial.end();
      throw new Error(`the trial process did not start: ${first.how}`);
    }
    // A waiting process must not keep the service from ending; losing its parent ends it.
    child.unref();
    child.channel?.unref();
    return trial;
  }

  get alive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async run(bytes: Uint8Array, plan: ModelPlan): Promise<Verdict<TrialReport>> {
    const modelFile = path.join(this.#directory, 'model.onnx');
    await writeFile(modelFile, bytes);
    const { batchRows, maxBatchMs, maxLoadMs, deadlineMs } = this.#limits;
    const deadline = new AbortController();
    const late = new Promise<'late'>((resolve) => {
      const timer = setTimeout(() => resolve('late'), deadlineMs);
      deadline.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    this.#child.ref();
    const verdict = this.#nextReply();
    this.#child.send({ modelFile, plan, batchRows, maxBatchMs, maxLoadMs } satisfies TrialRequest);
    const outcome = await Promise.race([verdict, this.#exited, late]);
    deadline.abort();
    if (outcome === 'late') {
      return refused('INFERENCE_MODEL_TRIAL_TIMEOUT', `the trial was not done after ${deadlineMs} ms`);
    }
    if ('how' in outcome) {
      return outcome.isKilled
        ? refused('INFERENCE_MODEL_TRIAL_KILLED', `the trial process was ended from outside by ${outcome.how}`)
        : refused('INFERENCE_MODEL_TRIAL_FAILED', `the trial process ended by ${outcome.how}: too much memory or time`);
    }
    if (outcome.kind === 'passed') return admitted(outcome.report);
    if (outcome.kind === 'refused') return { ok: false, refusal: outcome.refusal };
    return refused('INFERENCE_MODEL_TRIAL_FAILED', 'the trial process gave no verdict');
  }

  #nextReply(): Promise<TrialReply> {
    return new Promise((resolve) => {
      this.#child.once('message', (reply) => resolve(reply as TrialReply));
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The child beside this file: as source in tests, compiled in the service. */
function childScript(): string {
  const source = fileURLToPath(new URL('./trial-child.ts', import.meta.url));
  return import.meta.url.endsWith('.ts') ? source : source.replace(/\.ts$/, '.js');
}
