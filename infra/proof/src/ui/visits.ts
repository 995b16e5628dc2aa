import type { Filled } from './fill.ts';

export interface Visit {
  readonly name: string;
  /** Address below the server: of MLflow's pages all behind the `#`. */
  readonly path: string;
  /** Texts that the page must show. */
  readonly shows: readonly string[];
  /** Selectors of what it must draw. */
  readonly drawings?: readonly string[];
  /** Whether it is a page of ours, on which not even a word of the browser's may be an error. */
  readonly isOurs?: true;
}

const chart = '.js-plotly-plot .trace, .js-plotly-plot .bars';

/** The pages that Millrace answers for, each opened by its address: MLflow's and its own. */
export function visits(filled: Filled): Visit[] {
  return [...mlflowPages(filled).map((visit) => ({ ...visit, path: `/#${visit.path}` })), comparison(filled)];
}

function comparison({ runs }: Filled): Visit {
  return {
    name: 'comparison',
    path: `/compare?runs=${runs.map(({ id }) => id).join(',')}`,
    shows: [...runs.map(({ name }) => name), 'Params that differ', 'linear', 'rate', 'loss', `${runs.length} runs`],
    drawings: runs.flatMap(({ id }) => [
      `#parallel polyline[data-run="${id}"]`,
      '#chart-loss polyline',
      '#chart-auc polyline',
    ]),
    isOurs: true,
  };
}

function mlflowPages({ experiment, experimentId, runs, model }: Filled): Visit[] {
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
      drawings: [chart],
    },
    { name: 'run', path: run, shows: [first.name, 'rate', '0.1', 'loss', model] },
    { name: 'metrics of a run', path: `${run}/model-metrics`, shows: ['loss'], drawings: [chart] },
    { name: 'files of a run', path: `${run}/artifacts`, shows: ['model'] },
    { name: 'compare', path: `/compare-runs?${compared}`, shows: [first.name, second.name, 'rate', 'loss'] },
    { name: 'models', path: '/models', shows: [model] },
    { name: 'model', path: `/models/${model}`, shows: [model, 'Version 1', 'Version 2', 'champion'] },
    { name: 'version', path: `/models/${model}/versions/1`, shows: [model, first.name] },
  ];
}
