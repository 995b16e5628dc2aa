import { parallelAxes } from './parallel-axes.ts';

/** The part of the page's script that draws how params led to a metric: a line for each run through parallel axes. */
export const parallelScript = String.raw`
${parallelAxes.toString()}
const mostAxes = 8, manyRuns = 30;
const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + '…' : text);

function drawParallel(metric) {
  const differ = comparison.params.differ;
  const params = Object.keys(differ).slice(0, mostAxes - 1);
  const shown = params.map((name) => ({ name, values: differ[name] }));
  shown.push({ name: metric, values: comparison.metrics[metric].latest.map((value) => (value === null ? null : numberOf(value))) });
  const frame = { left: 90, right: 1110, top: 40, bottom: 300, without: 330 };
  const { axes, heights } = parallelAxes(shown, frame);
  const picture = svg('svg', { viewBox: '0 0 1200 350', role: 'img', class: 'parallel' });
  const opacity = heights.length > manyRuns ? 0.35 : 0.85;
  heights.forEach((run, index) => {
    const points = run.map((y, at) => axes[at].x.toFixed(1) + ',' + y.toFixed(1)).join(' ');
    const line = svg('polyline', { points, stroke: colour(index), 'stroke-opacity': opacity, 'data-run': runIds[index] });
    line.append(svg('title', {}, nameOf(index)));
    picture.append(line);
    if (axes.length === 1) picture.append(svg('circle', { cx: axes[0].x, cy: run[0], r: 3, fill: colour(index) }));
  });
  const room = Math.max(6, Math.floor((frame.right - frame.left) / Math.max(1, axes.length - 1) / 8));
  axes.forEach(({ name, x, ticks }, at) => {
    const isLast = at === axes.length - 1 && at > 0;
    const side = isLast ? { x: x + 7, 'text-anchor': 'start' } : { x: x - 7, 'text-anchor': 'end' };
    picture.append(svg('line', { x1: x, x2: x, y1: frame.top, y2: frame.bottom, stroke: '#8a99a3' }));
    const title = svg('text', { x, y: 20, 'text-anchor': 'middle', class: 'name' }, cut(name, room));
    title.append(svg('title', {}, name));
    picture.append(title);
    for (const { y, label } of ticks) {
      picture.append(svg('line', { x1: x - 4, x2: x + 4, y1: y, y2: y, stroke: '#8a99a3' }));
      const text = svg('text', { ...side, y: y + 4, class: 'tick' }, cut(label, Math.min(room, 13)));
      text.append(svg('title', {}, label));
      picture.append(text);
    }
    if (heights.some((run) => run[at] === frame.without)) {
      picture.append(svg('text', { ...side, y: frame.without + 4, class: 'tick' }, 'none'));
    }
  });
  const figure = byId('parallel').querySelector('figure');
  figure.querySelector('svg')?.remove();
  figure.append(picture);
}
function offerParallel(metrics, first) {
  if (comparison.runs.length < 2 || metrics.length === 0 || Object.keys(comparison.params.differ).length === 0) return;
  const choice = element('select', undefined, { id: 'parallel-metric' });
  for (const name of metrics) choice.append(element('option', name, { value: name, selected: name === first }));
  choice.addEventListener('change', () => drawParallel(choice.value));
  const caption = element('figcaption', 'From params to ');
  caption.append(choice);
  const figure = element('figure');
  figure.append(caption);
  byId('parallel').append(figure);
  drawParallel(choice.value);
}
`;
