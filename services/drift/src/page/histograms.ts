import type { StoredColumn, StoredReport } from '../store/drift-reader.ts';
import { escapeHtml, figure, minute } from './html.ts';

const WIDTH = 210;
const HEIGHT = 80;

/** How each feature was distributed in the reference and in one window, the most changed first. */
export function histograms(report: StoredReport): string {
  const columns = [...report.columns].sort((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
  return `<p>Window ${minute(report.window_start)} to ${minute(report.window_end)}, ${report.rows} predictions, against ${report.reference_rows} rows of the reference. <i class="reference"></i>reference <i class="current"></i>window</p>
<div class="multiples">${columns.map(histogram).join('')}</div>`;
}

function histogram(column: StoredColumn): string {
  const bins = Math.max(column.reference_bins.length, 1);
  const top = Math.max(0.01, ...column.reference_bins, ...column.current_bins);
  const width = WIDTH / bins;
  const height = (share: number): number => (HEIGHT * share) / top;
  const bars = column.reference_bins.map((share, i) => {
    const current = column.current_bins[i] ?? 0;
    const label = column.bin_labels[i] ?? `${figure(column.bin_edges[i])} to ${figure(column.bin_edges[i + 1])}`;
    const title = `${label}: reference ${figure(share)}, window ${figure(current)}`;
    return `<g><title>${escapeHtml(title)}</title>
<rect class="reference" x="${i * width}" y="${HEIGHT - height(share)}" width="${Math.max(1, width - 1)}" height="${height(share)}"/>
<rect class="current" x="${i * width + width * 0.25}" y="${HEIGHT - height(current)}" width="${Math.max(1, width * 0.5)}" height="${height(current)}"/></g>`;
  });
  const test =
    column.ks_p_value === null
      ? `χ² p ${figure(column.chi_square_p_value)}`
      : `K-S ${figure(column.ks_statistic)}, p ${figure(column.ks_p_value)}`;
  const missing = column.missing_share > 0 ? `, ${figure(column.missing_share * 100)} % missing` : '';
  return `<figure><figcaption><b>${escapeHtml(column.name)}</b><br>PSI ${figure(column.psi)}, ${test}${missing}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 12}" role="img" aria-label="Distribution of ${escapeHtml(column.name)}">${bars.join('')}
<text class="tick" x="0" y="${HEIGHT + 11}">${escapeHtml(endLabel(column, 0))}</text>
<text class="tick" x="${WIDTH}" y="${HEIGHT + 11}" text-anchor="end">${escapeHtml(endLabel(column, -1))}</text></svg></figure>`;
}

function endLabel(column: StoredColumn, at: 0 | -1): string {
  return column.bin_labels.at(at) ?? (column.bin_edges.length === 0 ? '' : figure(column.bin_edges.at(at)));
}
