import type { StoredColumn, StoredReport } from '../store/drift-reader.ts';
import { escapeHtml, figure, minute } from './html.ts';

const ROW = 17;
const LEFT = 210;
const TOP = 6;
const WIDTH = 880;
const MODERATE = 0.1;
const LARGE = 0.25;

/** Features by windows, coloured by how far they are from the reference. Reports are oldest first. */
export function driftMap(reports: readonly StoredReport[]): string {
  const compared = reports.filter((report) => report.columns.length > 0);
  const names = [...new Set(compared.flatMap((report) => report.columns.map((column) => column.name)))];
  if (names.length === 0) return '<p>Nothing has been compared with the reference yet.</p>';
  const cell = (WIDTH - LEFT) / compared.length;
  const rows = names.map((name, row) => {
    const y = TOP + row * ROW;
    const cells = compared.map((report, i) => {
      const column = report.columns.find((candidate) => candidate.name === name);
      if (column === undefined) return '';
      const title = `${name}, ${minute(report.window_start)}: PSI ${figure(column.psi)}, K-S distance ${figure(column.ks_statistic)}, p ${figure(column.ks_p_value ?? column.chi_square_p_value)}`;
      return `<rect class="${shade(column)}" x="${LEFT + i * cell}" y="${y}" width="${Math.max(1, cell - 1)}" height="${ROW - 2}"><title>${escapeHtml(title)}</title></rect>`;
    });
    return `<text class="name" x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(name)}</text>${cells.join('')}`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${TOP + names.length * ROW + 4}" role="img" aria-label="Drift of each feature by window">${rows.join('\n')}</svg>
<p class="legend"><i class="same"></i>PSI below ${MODERATE} <i class="moderate"></i>${MODERATE} to ${LARGE} <i class="large"></i>above ${LARGE}. Point at a field for its numbers.</p>`;
}

function shade(column: StoredColumn): string {
  if (column.psi === null) return 'unknown';
  if (column.psi >= LARGE) return 'large';
  return column.psi >= MODERATE ? 'moderate' : 'same';
}
