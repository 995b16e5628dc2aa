import { fileURLToPath } from 'node:url';
import type { EventBus, SourceRecord } from '@millrace/events';
import { testNamespace, type TestNamespace } from '@millrace/testing';
import { runCli } from './cli/run-cli.ts';
import type { Terminal } from './cli/terminal.ts';
import { connect } from './connect/connect.ts';
import type { Environment } from './connect/platform-environment.ts';
import { watchTopic } from './watch/watch-topic.ts';

/** Real files that come with the task, beside the checkout. */
export function sharedData(name: string): string {
  return fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
}

export interface ReadEvent<T> {
  readonly record: SourceRecord;
  readonly value: T;
}

/** For this package's own tests: a namespace on the running stack, a bus, and command lines run in it. */
export class ClientTestBed implements AsyncDisposable {
  readonly namespace: TestNamespace;
  readonly bus: EventBus;

  private constructor(namespace: TestNamespace, bus: EventBus) {
    this.namespace = namespace;
    this.bus = bus;
  }

  static async open(): Promise<ClientTestBed> {
    const namespace = testNamespace();
    const { bus } = await connect({ env: namespace.env, clientId: 'client-test' });
    return new ClientTestBed(namespace, bus);
  }

  /** A topic name that no other test has. */
  topic(name: string): string {
    return this.namespace.topicPrefix + name;
  }

  /** Everything that a topic holds now, by partition. */
  async read<T>(topic: string): Promise<ReadEvent<T>[]> {
    const events: ReadEvent<T>[] = [];
    const { signal } = new AbortController();
    await watchTopic(this.bus, {
      topic,
      from: 'beginning',
      follow: false,
      signal,
      onRecord: async (record, decoded) => {
        if (!decoded.ok) throw new Error(`${topic}/${record.partition}/${record.offset}: ${decoded.message}`);
        events.push({ record, value: decoded.value as T });
        return 'more';
      },
    });
    return events.sort((a, b) => a.record.partition - b.record.partition || a.record.offset - b.record.offset);
  }

  cli(args: readonly string[], env: Environment = this.namespace.env): Promise<CliRun> {
    return runForTest(args, env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close();
  }
}

export interface CliRun {
  readonly code: number;
  readonly out: string[];
  readonly status: string;
}

async function runForTest(args: readonly string[], env: Environment): Promise<CliRun> {
  const out: string[] = [];
  let status = '';
  const terminal: Terminal = {
    env,
    folder: process.cwd(),
    interactive: false,
    columns: 120,
    signal: new AbortController().signal,
    out: async (line) => void out.push(...line.split('\n')),
    status: (text) => {
      status += text;
    },
  };
  return { code: await runCli(args, terminal), out, status };
}
