/**
 * Where the files of a version are once they are copied: a run or logged model keeps its id, so what names it stays true.
 * Places in the source's own store become addresses of the run or model whose files were copied from there.
 */
export function sourceHere(source: string, runId: string | null): string {
  if (/^(runs|models):/.test(source)) return source;
  const proxied =
    /^(?:mlflow-artifacts:\/\/[^/]*\/|https?:\/\/[^/]+(?:\/.*?)?\/api\/2\.0\/mlflow-artifacts\/artifacts\/)(.*)$/s.exec(
      source,
    );
  if (proxied?.[1] !== undefined) return `mlflow-artifacts:/${proxied[1]}`;
  if (source.startsWith('mlflow-artifacts:')) return source;
  const model = /\/models\/(m-[0-9a-f]{32})\/artifacts(?:\/(.*))?$/s.exec(source);
  if (model?.[1] !== undefined) return below(`models:/${model[1]}`, model[2]);
  const run = /(?:^|\/)([0-9a-f]{32})\/artifacts(?:\/(.*))?$/s.exec(source);
  if (run?.[1] !== undefined && (runId === null || run[1] === runId)) return below(`runs:/${run[1]}`, run[2]);
  return source;
}

function below(root: string, path: string | undefined): string {
  return path === undefined || path === '' ? root : `${root}/${path.replace(/\/+$/, '')}`;
}
