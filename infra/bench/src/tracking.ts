/** Millrace, FastTrackML and MLflow's own server under one load of MLflow calls in turn, in one run, with ratios. */
import { parseArgs } from 'node:util';
import { casesOf } from './tracking/cases.ts';
import { formatGrowth, formatReport } from './tracking/report.ts';
import { measureCase, type CaseFigures } from './tracking/rounds.ts';
import { SeededServer } from './tracking/seeded-server.ts';
import { startMillrace } from './tracking/servers/millrace.ts';
import { startFastTrackMl, startMlflowServer } from './tracking/servers/rivals.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1000' },
    'many-runs': { type: 'string', default: '20000' },
    points: { type: 'string', default: '10000' },
    'seed-seconds': { type: 'string', default: '40' },
    only: { type: 'string' },
    servers: { type: 'string', default: 'millrace,fasttrackml,mlflow' },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => console.log(line);
const sizes = {
  fewRuns: Number(values.runs),
  manyRuns: Number(values['many-runs']),
  points: Number(values.points),
  seedSeconds: Number(values['seed-seconds']),
};
const starts = { millrace: startMillrace, fasttrackml: startFastTrackMl, mlflow: startMlflowServer };
const cases = casesOf(sizes);

const help = `npm run bench -- tracking [--rounds 3] [--seconds 1] [--runs 1000] [--many-runs 20000] [--points 10000]
                          [--seed-seconds 40] [--only log-batch,history] [--servers millrace,fasttrackml,mlflow]

  --rounds N        turns that each server gets for each case; a short one before them does not count
  --seconds N       length of a turn
  --runs N          runs of the small search; --many-runs N of the large one
  --points N        points of the history that is read
  --seed-seconds N  a server that would need longer to be given the many runs gets as many as it takes in that time
  --only NAMES      of ${cases.map(({ name }) => name).join(', ')}
  --servers NAMES   of ${Object.keys(starts).join(', ')}`;

// The servers that it started end with it.
process.once('SIGTERM', () => process.exit(143));
if (values.help) say(help);
else await run();

async function run(): Promise<void> {
  const wanted = namesIn(values.only ?? cases.map(({ name }) => name).join(), new Set(cases.map(({ name }) => name)));
  await using servers = new AsyncDisposableStack();
  const seeded: SeededServer[] = [];
  for (const name of namesIn(values.servers, new Set(Object.keys(starts)))) {
    say(`starting ${name}`);
    const server = servers.use(await starts[name as keyof typeof starts]());
    seeded.push(new SeededServer(server, sizes, say));
  }
  const figures = new Map<string, CaseFigures>();
  for (const benchCase of cases.filter(({ name }) => wanted.includes(name))) {
    const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), say };
    figures.set(benchCase.name, await measureCase(benchCase, seeded, options));
  }
  report(figures);
}

function report(figures: ReadonlyMap<string, CaseFigures>): void {
  say('');
  for (const line of formatReport([...figures.values()])) say(line);
  const [few, many] = [figures.get('search-few'), figures.get('search-many')];
  if (few && many) {
    say(`search among ${sizes.manyRuns} runs beside ${sizes.fewRuns}`);
    for (const line of formatGrowth(few, many)) say(line);
  }
  const slices = [...figures.values()].flatMap((figure) => figure.lines.flatMap((line) => line.slices));
  const answers = slices.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0);
  const lines = [...figures.values()].flatMap((figure) => figure.lines);
  const wrongOf = (some: typeof lines): number => some.reduce((sum, line) => sum + line.wrong, 0);
  say(`the load itself took up to ${Math.round(Math.max(...slices.map(({ loadCpu }) => loadCpu)) * 100)} % of a core`);
  say(`${answers} answers, ${wrongOf(lines)} wrong or refused`);
  // What a rival refuses under load is its own affair; it is in the table.
  if (wrongOf(lines.filter(({ server }) => server === 'millrace')) > 0) process.exitCode = 1;
}

function namesIn(text: string, known: ReadonlySet<string>): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`there is no "${unknown}": use ${[...known].join(', ')}`);
  return names;
}
