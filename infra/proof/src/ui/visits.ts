import type { Filled } from './fill.ts';

export interface Visit {
  readonly name: string;
  /** Behind the `#`. */
  readonly path: string;
  /** Texts that the page must show. */
  readonly shows: readonly string[];
  /** Selector of a chart that it must draw. */
  readonly drawing?: string;
}

const chart = '.js-plotly-plot .trace, .js-plotly-plot .bars';

/** The pages that Millrace answers for, each opened by its address. */
export function visits({ experiment, experimentId, runs, model }: Filled): Visit[] {
  const [first, second] = runs;
  if (first === undefined || second === undefined) throw new Error('two runs are compared at least');
  const run = `/experiments/${experimentId}/runs/${first.id}`;
  const compared = new URLSearchParams({
    runs: JSON.stringify([first.id, second.id]),
    experiments: JSON.stringify([experimentId]),
  }).toString();
  return [
    { name: 'experiments', path: '/experiments', shows: [experiment] },
    { name: 'runs', path: `/experiments/${experimentId}/runs`, shows: [experiment, first.name, second.name] },
    {
      name: 'charts of runs',
      path: `/experiments/${experimentId}/runs?compareRunsMode=CHART`,
      shows: ['loss'],
      drawing: chart,
    },
    { name: 'run', path: run, shows: [first.name, 'rate', '0.1', 'loss', model] },
    { name: 'metrics of a run', path: `${run}/model-metrics`, shows: ['loss'], drawing: chart },
    { name: 'files of a run', path: `${run}/artifacts`, shows: ['model'] },
    { name: 'compare', path: `/compare-runs?${compared}`, shows: [first.name, second.name, 'rate', 'loss'] },
    { name: 'models', path: '/models', shows: [model] },
    { name: 'model', path: `/models/${model}`, shows: [model, 'Version 1', 'Version 2', 'champion'] },
    { name: 'version', path: `/models/${model}/versions/1`, shows: [model, first.name] },
  ];
}
