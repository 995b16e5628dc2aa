import type { BenchCase } from './cases.ts';
import { closedLoop, type Slice } from './closed-loop.ts';
import { MlflowApi } from './mlflow-api.ts';
import type { SeededServer } from './seeded-server.ts';

export interface LineFigures {
  readonly server: string;
  readonly line: string;
  readonly note: string | undefined;
  readonly slices: readonly Slice[];
  /** What the thorough look found, or what was wrong. */
  readonly verified: string;
  readonly wrong: number;
}

export interface CaseFigures {
  readonly title: string;
  readonly lines: readonly LineFigures[];
}

const warmUpShare = 0.3;

/**
 * One case on all servers, in rounds: each round gives every server a turn, so that what else the machine does falls on all of
 * them. The first, short round does not count.
 */
export async function measureCase(
  benchCase: BenchCase,
  servers: readonly SeededServer[],
  { rounds, seconds, say }: { rounds: number; seconds: number; say: (line: string) => void },
): Promise<CaseFigures> {
  say(`${benchCase.title}: preparing`);
  const lines = [];
  for (const seeded of servers) {
    for (const [i, { name, url }] of seeded.server.lines.entries()) {
      const workload = await benchCase.prepare(seeded, { url, prefix: `line ${i}` });
      lines.push({ server: seeded.server.name, line: name, url, workload, slices: [] as Slice[] });
    }
  }
  const { clients, title } = benchCase;
  for (const { url, workload } of lines) await closedLoop(workload, { url, clients, seconds: seconds * warmUpShare });
  for (let round = 0; round < rounds; round += 1) {
    for (const i of lines.keys()) {
      // Another one begins each time.
      const turn = lines[(i + round) % lines.length];
      if (turn === undefined) continue;
      turn.slices.push(await closedLoop(turn.workload, { url: turn.url, clients, seconds }));
    }
    const rates = lines.map(({ line, slices }) => `${line} ${slices.at(-1)?.perSecond.toFixed(1)}/s`);
    say(`  round ${round + 1} of ${rounds}: ${rates.join(', ')}`);
  }
  const figures: LineFigures[] = [];
  for (const { url, workload, server, line, slices } of lines) {
    const { text, isRight } = await verified(url, workload.verify.bind(workload));
    say(`  ${line}: ${text}`);
    const wrong = slices.reduce((sum, slice) => sum + slice.wrong, isRight ? 0 : 1);
    const fault = slices.find(({ firstFault }) => firstFault !== null)?.firstFault;
    if (fault) say(`  ${line}: ${wrong} wrong answers, the first: ${fault}`);
    figures.push({ server, line, note: workload.note, slices, verified: text, wrong });
  }
  return { title, lines: figures };
}

async function verified(
  url: string,
  verify: (api: MlflowApi) => Promise<string>,
): Promise<{ text: string; isRight: boolean }> {
  try {
    return { text: await MlflowApi.to(url, verify), isRight: true };
  } catch (error) {
    return { text: `WRONG: ${error instanceof Error ? error.message : String(error)}`, isRight: false };
  }
}
