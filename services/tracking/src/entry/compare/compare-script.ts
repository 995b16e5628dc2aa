import { parallelScript } from './parallel-script.ts';

/**
 * What the page of a comparison does. Text of clients goes into the page as text only. Up to 100 runs are listened to, and their
 * lines grow as they are logged.
 */
export const compareScript = String.raw`
'use strict';
${parallelScript}
const asked = new URLSearchParams(location.search);
const link = asked.get('link') && 'api/v1/share-links/' + encodeURIComponent(asked.get('link'));
let runIds = asked.getAll('runs').flatMap((ids) => ids.split(',')).filter(Boolean);
const maxCharts = 8, shownPoints = 300, maxLive = 100;
const byId = (id) => document.getElementById(id);
const colour = (index) => 'hsl(' + Math.round(index * 137.5) % 360 + ' 65% 42%)';
const numberOf = (value) => (value === 'NaN' || value === null || value === undefined ? NaN : Number(value));
const short = (value) => (Number.isNaN(value) ? 'NaN' : Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : String(+value.toPrecision(5)));
const lines = new Map();
let comparison;

function element(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  Object.assign(made, attributes);
  return made;
}
function svg(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
async function load(histories) {
  const points = Math.max(4, Math.min(shownPoints, Math.floor(2e6 / runIds.length / Math.max(1, histories.length))));
  return link
    ? ask(link + '/comparison?' + new URLSearchParams([...histories.map((key) => ['histories', key]), ['points', points]]))
    : ask('api/v1/compare', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ run_ids: runIds, histories, points }),
      });
}
async function ask(address, request) {
  const response = await fetch(address, request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || response.statusText);
  return answer;
}
function nameOf(index) {
  const run = comparison.runs[index];
  return run.run_name || run.run_id;
}
function take(answer) {
  for (const { run_id, metric, points } of answer.histories) {
    if (!lines.has(metric)) lines.set(metric, new Map());
    lines.get(metric).set(run_id, points.map(([step, time, value]) => [step, time, numberOf(value)]));
  }
}
function draw(metric) {
  const figure = byId('chart-' + metric);
  if (!figure) return;
  const drawn = [...(lines.get(metric) || [])];
  const all = drawn.flatMap(([, points]) => points).filter(([, , value]) => Number.isFinite(value));
  const picture = svg('svg', { viewBox: '0 0 420 220', role: 'img' });
  figure.querySelector('svg')?.remove();
  figure.append(picture);
  if (all.length === 0) return;
  const byStep = all.some(([step]) => step !== all[0][0]);
  const xOf = (point) => (byStep ? point[0] : point[1]);
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const point of all) {
    left = Math.min(left, xOf(point)); right = Math.max(right, xOf(point));
    low = Math.min(low, point[2]); high = Math.max(high, point[2]);
  }
  const x = (point) => 50 + ((xOf(point) - left) / (right - left || 1)) * 360;
  const y = (point) => 195 - ((point[2] - low) / (high - low || 1)) * 180;
  for (const [at, value] of [[195, low], [15, high]]) {
    picture.append(svg('line', { x1: 50, x2: 410, y1: at, y2: at, stroke: '#e3e9ed' }), svg('text', { x: 46, y: at + 3, 'text-anchor': 'end' }, short(value)));
  }
  const label = (value) => (byStep ? String(value) : new Date(value).toLocaleTimeString());
  picture.append(svg('text', { x: 50, y: 212 }, label(left)), svg('text', { x: 410, y: 212, 'text-anchor': 'end' }, label(right)));
  for (const [runId, points] of drawn) {
    const index = runIds.indexOf(runId);
    const shown = points.filter(([, , value]) => Number.isFinite(value));
    const line = svg('polyline', { stroke: colour(index), points: shown.map((point) => x(point).toFixed(1) + ',' + y(point).toFixed(1)).join(' ') });
    line.append(svg('title', {}, nameOf(index)));
    picture.append(line);
    if (shown.length === 1) picture.append(svg('circle', { cx: x(shown[0]), cy: y(shown[0]), r: 2.5, fill: colour(index) }));
  }
}
function table(title, columns, cellOf) {
  if (columns.length === 0) return;
  const made = element('table');
  const head = made.createTHead().insertRow();
  for (const name of ['run', ...columns]) head.append(element('th', name));
  const rows = made.createTBody();
  comparison.runs.forEach((run, index) => {
    const row = rows.insertRow();
    const name = element('th');
    const dot = element('span', undefined, { className: 'dot' });
    dot.style.background = colour(index);
    name.append(dot, nameOf(index));
    row.append(name);
    for (const column of columns) {
      const text = cellOf(column, index);
      row.append(element('td', text, { title: text }));
    }
  });
  const scroll = element('div', undefined, { className: 'scroll' });
  scroll.append(made);
  byId('tables').append(element('h2', title), scroll);
}
function tables() {
  byId('tables').replaceChildren();
  table('Runs', ['status', 'started'], (column, index) => (column === 'status' ? comparison.runs[index].status : new Date(comparison.runs[index].start_time).toISOString()));
  table('Params that differ', Object.keys(comparison.params.differ), (key, index) => comparison.params.differ[key][index] ?? '');
  const metrics = comparison.metrics;
  table('Metrics: latest (least … greatest)', Object.keys(metrics), (key, index) => {
    const latest = metrics[key].latest[index];
    if (latest === null) return '';
    return short(numberOf(latest)) + '  (' + short(numberOf(metrics[key].min[index])) + ' … ' + short(numberOf(metrics[key].max[index])) + ')';
  });
  table('Tags that differ', Object.keys(comparison.tags.differ).filter((key) => !key.startsWith('mlflow.log-model')), (key, index) => comparison.tags.differ[key][index] ?? '');
}
async function show(metrics) {
  take(await load(metrics));
  byId('charts').replaceChildren(...metrics.map((metric) => {
    const figure = element('figure', undefined, { id: 'chart-' + metric });
    figure.append(element('figcaption', metric));
    return figure;
  }));
  metrics.forEach(draw);
}
function listen() {
  // A link shows its comparison, and no run.
  if (link || runIds.length > maxLive || comparison.runs.every(({ status }) => status !== 'RUNNING')) return;
  const events = new EventSource('api/v1/runs/events?' + runIds.map((id) => 'run_id=' + encodeURIComponent(id)).join('&'));
  const stale = new Set();
  events.addEventListener('write', ({ data }) => {
    const write = JSON.parse(data);
    for (const { key, step, timestamp, value } of write.metrics || []) {
      const ofRun = lines.get(key)?.get(write.run_id);
      if (!ofRun && !byId('chart-' + key)) continue;
      const points = ofRun || [];
      points.push([step, timestamp, numberOf(value)]);
      if (points.length > 4 * shownPoints) points.splice(0, points.length, ...points.filter((_, at) => at % 2 === 0));
      if (!ofRun) { if (!lines.has(key)) lines.set(key, new Map()); lines.get(key).set(write.run_id, points); }
      stale.add(key);
    }
    byId('state').textContent = 'Live: last write ' + new Date(write.timestamp).toLocaleTimeString();
  });
  events.addEventListener('ended', () => { events.close(); byId('state').textContent = 'All runs have ended.'; });
  setInterval(() => { for (const key of stale) draw(key); stale.clear(); }, 500);
}
async function begin() {
  const shared = link && (await ask(link));
  if (shared) runIds = shared.runIds;
  if (runIds.length === 0) throw new Error('Name the runs: /compare?runs=ID,ID');
  comparison = await load([]);
  const all = Object.keys(comparison.metrics);
  const kept = shared && Array.isArray(shared.comparison.metrics) ? shared.comparison.metrics.map(String) : [];
  const wanted = [...kept, ...asked.getAll('metrics')].flatMap((keys) => keys.split(',')).filter((key) => all.includes(key));
  const chosen = new Set(wanted.length > 0 ? wanted.slice(0, maxCharts) : all.filter((key) => !key.startsWith('system/')).slice(0, maxCharts));
  const choice = byId('choice');
  for (const key of all.slice(0, 200)) {
    const label = element('label');
    const box = element('input', undefined, { type: 'checkbox', checked: chosen.has(key) });
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(key); else chosen.delete(key);
      show([...chosen].slice(0, 20)).catch(fail);
    });
    label.append(box, ' ' + key);
    choice.append(label);
  }
  byId('state').textContent = comparison.runs.length + ' runs';
  tables();
  offerParallel(all, [...chosen][0]);
  await show([...chosen]);
  listen();
}
function fail(error) {
  byId('state').textContent = error.message;
}
begin().catch(fail);
`;
