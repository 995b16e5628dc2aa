import path from 'node:path';
import { topics, type ModelPromoted } from '@millrace/schemas';
import type { ProofPlatform } from '../run/proof-platform.ts';
import { ReadOn } from '../run/read-on.ts';
import { pythonFolder } from '../run/run-python.ts';
import { MortalSubscriber, type Death } from './mortal-subscriber.ts';
import { model, type Swap } from './promote-under-load.ts';

export interface NamedSubscriber {
  readonly name: string;
  readonly subscriber: MortalSubscriber;
}

const deaths: readonly Death[] = [
  { when: 'after', delivery: 2 },
  { when: 'before', delivery: 2 },
  { when: 'after', delivery: 3 },
];
const longestWaitMs = 120_000;

/** A Node program that uses `onModelPromoted` of the client library. */
export function librarySubscriber(platform: ProofPlatform, folder: string): NamedSubscriber {
  const program = path.join(import.meta.dirname, 'subscriber.ts');
  const command = {
    program: process.execPath,
    args: (death: Death | null, file: string) => [
      '--conditions=source',
      program,
      'proof-library',
      model,
      file,
      death?.when ?? 'after',
      String(death?.delivery ?? 0),
    ],
    env: platform.env,
  };
  return { name: 'onModelPromoted', subscriber: new MortalSubscriber(command, { folder, name: 'library', deaths }) };
}

/** A plain Python program with confluent-kafka. */
export function pythonSubscriber(platform: ProofPlatform, folder: string): NamedSubscriber {
  const command = {
    program: platform.env['MILLRACE_PYTHON'] ?? 'python3',
    args: (death: Death | null, file: string) => [
      path.join(pythonFolder, 'follow_promotions.py'),
      JSON.stringify({
        group: `${platform.env['MILLRACE_TOPIC_PREFIX']}proof-python`,
        model,
        file,
        when: death?.when ?? 'after',
        count: death?.delivery ?? 0,
      }),
    ],
    env: platform.env,
  };
  return { name: 'a Python consumer', subscriber: new MortalSubscriber(command, { folder, name: 'python', deaths }) };
}

/** Each promotion once, in order, with the file that its hash names. */
export async function verifySubscribers(
  platform: ProofPlatform,
  subscribers: readonly NamedSubscriber[],
  swaps: readonly Swap[],
): Promise<void> {
  const { report } = platform;
  const topic = topics['registry.model-promoted'];
  const published = (
    await new ReadOn<ModelPromoted>(platform.bus, platform.topic(topic.name), platform.bus.readerFor(topic)).next()
  ).filter((promoted) => promoted.model === model);
  report.check(
    sameList(
      published.map(({ version }) => version),
      swaps.map(({ version }) => version),
    ),
    'promotions are published once each, in order',
    `${published.length} of ${swaps.length}`,
  );
  for (const { name, subscriber } of subscribers) {
    await platform
      .until(`${name} to handle all promotions`, longestWaitMs, () =>
        Promise.resolve(subscriber.all.length >= swaps.length && subscriber.died === deaths.length),
      )
      .catch((error: unknown) => report.say(`${String(error)}\n${subscriber.complaints}`));
    const { all } = subscriber;
    report.equal(subscriber.died, deaths.length, `deaths of ${name} before it acknowledged`);
    report.check(
      sameList(
        all.map(({ eventId }) => eventId),
        published.map(({ eventId }) => eventId),
      ),
      `${name} handles each promotion once, in order`,
      all.map(({ version }) => version).join(' '),
    );
    report.check(
      sameList(
        all.map(({ sha256 }) => sha256),
        published.map(({ artifactHash }) => artifactHash),
      ),
      `${name} verifies the artifact's hash of each promotion`,
    );
  }
}

function sameList(actual: readonly string[], expected: readonly string[]): boolean {
  return actual.length === expected.length && expected.every((value, i) => actual[i] === value);
}
