/** Drain rate, CPU and memory by service and end-to-end latency of the whole stream, beside a bare kafkajs echo. */
import { parseArgs } from 'node:util';
import { schemas, type Prediction } from '@millrace/schemas';
import { Arrivals } from './stream/arrivals.ts';
import { measureDrain, type DrainFigures } from './stream/drain.ts';
import { measureEcho, type EchoFigures } from './stream/echo-run.ts';
import { formatMs, percentiles, type Percentiles } from './stream/percentiles.ts';
import { BenchPlatform } from './stream/platform.ts';
import { steadyLoad } from './stream/steady-load.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [events, rate, seconds] = [values.events, values.rate, values.seconds].map(Number) as [number, number, number];
const say = (line: string): void => console.log(line);

const help = `npm run bench -- stream [--events 200000] [--rate 500] [--seconds 20] [--only own|rekeyed]

  --events N    transactions that wait in the source topic before the services start
  --rate N      events a second of the steady load; a second one is at half the drain rate
  --seconds N   how long each steady load lasts; its first second does not count
  --only VIEWS  leaves out the other views, as for a profile (NODE_OPTIONS=--cpu-prof); the echo is always measured`;

if (values.help) say(help);
else await run();

interface Scenario {
  readonly title: string;
  readonly drain: DrainFigures;
  readonly atRate: Latency;
  readonly atHalf: Latency;
}

interface Latency extends Percentiles {
  /** Where the time went, by the clocks of the services: they share one machine. */
  readonly stages: ReadonlyMap<string, Percentiles>;
}

async function run(): Promise<void> {
  const scenarios: Scenario[] = [];
  if (values.only !== 'rekeyed') scenarios.push(await measureScenario("views on the source's own key", false));
  if (values.only !== 'own') scenarios.push(await measureScenario('and a view on another key', true));
  await using platform = await BenchPlatform.start({ withTerminal: false });
  await Promise.all([platform.running.get('features').stop(), platform.running.get('inference').stop()]);
  const echo = await measureEcho(platform.bus, { events, ratePerSecond: rate, seconds });
  report(scenarios, echo);
}

async function measureScenario(title: string, withTerminal: boolean): Promise<Scenario> {
  say(`\n${title}: starting`);
  await using platform = await BenchPlatform.start({ withTerminal });
  const drain = await measureDrain(platform, events, say);
  say(`drained at ${Math.round(drain.eventsPerSecond)} events/s`);
  const atRate = await latency(platform, rate);
  const atHalf = await latency(platform, Math.round(drain.eventsPerSecond / 2));
  return { title, drain, atRate, atHalf };
}

async function latency(platform: BenchPlatform, ratePerSecond: number): Promise<Latency> {
  const reader = platform.bus.codec.reader<Prediction>(schemas.Prediction);
  await using arrivals = await Arrivals.of(platform.bus, platform.predictionsTopic);
  const made = new Map<string, ReturnType<BenchPlatform['next']>[number]>();
  const [toVector, toScore, toReader]: number[][] = [[], [], []];
  const whole = await steadyLoad({
    ratePerSecond,
    seconds,
    nextIds: (count) =>
      platform.next(count).map((transaction) => {
        made.set(transaction.transaction_id, transaction);
        return transaction.transaction_id;
      }),
    send: (ids) =>
      platform.bus.producer().send(
        ids.flatMap((id) => {
          const transaction = made.get(id);
          made.delete(id);
          return transaction ? [platform.record(transaction)] : [];
        }),
      ),
    onArrivals: (arrived) =>
      arrivals.listen(async (records, atMs) => {
        for (const result of await reader.decodeBatch(records)) {
          if (!result.ok || result.value.sourceEventId === null) continue;
          const { sourceEventId, sourceTimestampMs, vectorAtMs, scoredAtMs } = result.value;
          arrived(sourceEventId, atMs);
          toVector?.push(vectorAtMs - sourceTimestampMs);
          toScore?.push(scoredAtMs - vectorAtMs);
          toReader?.push(performance.timeOrigin + atMs - scoredAtMs);
        }
      }),
  });
  const stages = { 'source to vector': toVector, 'vector to score': toScore, 'score to reader': toReader };
  return {
    ...whole,
    stages: new Map(Object.entries(stages).map(([name, times]) => [name, percentiles(times ?? [])])),
  };
}

function report(scenarios: readonly Scenario[], echo: EchoFigures): void {
  say(`\n${events} transactions, 4 partitions, 5,000 customers, 3 windows, LightGBM with 100 trees\n`);
  for (const { title, drain } of scenarios) {
    say(title);
    say(
      `  drain               ${Math.round(drain.eventsPerSecond)} events/s (all stores written after ${drain.storedSeconds.toFixed(1)} s, stream after ${drain.seconds.toFixed(1)} s)`,
    );
    say(`  ratio to echo       ${(drain.eventsPerSecond / echo.eventsPerSecond).toFixed(3)}`);
    const cpu = [...drain.cpuUsPerEvent].map(([name, us]) => `${name} ${us.toFixed(1)}`).join(', ');
    say(`  CPU us/event        ${cpu}`);
    say(
      `  memory MiB          ${[...drain.residentMiB].map(([name, mib]) => `${name} ${Math.round(mib)}`).join(', ')}`,
    );
  }
  say(
    `bare kafkajs echo\n  drain               ${Math.round(echo.eventsPerSecond)} events/s, ${echo.cpuUsPerEvent.toFixed(1)} us/event`,
  );
  say(`\nend-to-end latency, ms                     p50      p95      p99`);
  say(`echo at ${rate}/s`.padEnd(38) + formatMs(echo.latency));
  for (const { title, drain, atRate, atHalf } of scenarios) {
    say(`${title}, ${rate}/s`.padEnd(38) + formatMs(atRate));
    say(`  ratio to echo`.padEnd(38) + ratios(atRate, echo.latency));
    for (const [stage, times] of atRate.stages) say(`  ${stage}`.padEnd(38) + formatMs(times));
    say(`  at half the drain rate, ${Math.round(drain.eventsPerSecond / 2)}/s`.padEnd(38) + formatMs(atHalf));
  }
}

function ratios(ours: Percentiles, theirs: Percentiles): string {
  return [ours.p50 / theirs.p50, ours.p95 / theirs.p95, ours.p99 / theirs.p99]
    .map((ratio) => ratio.toFixed(2).padStart(8))
    .join(' ');
}
