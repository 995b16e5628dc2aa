import { upstreamNames, type UpstreamName } from '../flow/routes.ts';

const purposes: Readonly<Record<UpstreamName, string>> = {
  tracking: 'experiments, runs and artifacts: point MLflow clients at this address',
  registry: 'registered models, versions, aliases, stages',
  features: 'sources, feature views and services, online values, training sets, traces',
  inference: 'endpoints and scores',
  drift: 'reports and alerts',
};

const rows = upstreamNames
  .map(
    (name) => `<tr><th>${name}</th><td>${purposes[name]}</td>
<td><a href="services/${name}/docs">API</a> <a href="services/${name}/metrics">metrics</a> <a href="services/${name}/health/ready">health</a></td></tr>`,
  )
  .join('\n');

/** What a person sees who opens the address in a browser. */
export const landingPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Millrace</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:3rem auto;padding:0 1rem;color:#1c2a33}
th{text-align:left;padding-right:1rem;vertical-align:top}td{padding:.2rem 1rem .2rem 0}a{color:#0b63a5}</style></head>
<body><h1>Millrace</h1><p>A streaming-first MLOps platform: features, models, predictions and drift on one log.</p>
<table>${rows}</table>
<p><a href="health/ready">Is everything ready?</a></p></body></html>
`;
