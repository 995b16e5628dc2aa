export interface RunForPages {
  readonly runId: string;
  readonly experimentId: string;
}

const startMs = 1_780_000_000_000;

/** A run with what the pages of MLflow's user interface show of one: metrics, a param, datasets, a file, a model version. */
export async function logRunForPages(gateway: string, name: string): Promise<RunForPages> {
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${gateway}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const { experiment_id: experimentId } = (await post('experiments/create', { name: `pages of ${name}` })) as {
    experiment_id: string;
  };
  const created = await post('runs/create', {
    experiment_id: experimentId,
    run_name: 'for the pages',
    start_time: startMs,
  });
  const { run_id: runId } = (created as { run: { info: { run_id: string } } }).run.info;
  const metrics = [1, 0.75, 0.5, 0.25].map((value, step) => ({ key: 'loss', value, timestamp: startMs + step, step }));
  await post('runs/log-batch', { run_id: runId, metrics, params: [{ key: 'lr', value: '0.1' }] });
  const dataset = (digest: string) => ({ name: 'rides', digest, source_type: 'local', source: '{}' });
  const training = [{ key: 'mlflow.data.context', value: 'training' }];
  await post('runs/log-inputs', {
    run_id: runId,
    datasets: [{ dataset: dataset('d1'), tags: training }, { dataset: dataset('d2') }],
  });
  const file = `${gateway}/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${runId}/artifacts/model/MLmodel`;
  await fetch(file, { method: 'PUT', body: 'flavors: {}\n' });
  await post('runs/update', { run_id: runId, status: 'FINISHED', end_time: startMs + 9 });
  await post('registered-models/create', { name: `pages-${name}` });
  await post('model-versions/create', { name: `pages-${name}`, source: `runs:/${runId}/model`, run_id: runId });
  return { runId, experimentId };
}
