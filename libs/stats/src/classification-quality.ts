/** Scores and labels of one sample; index i of both is the same row. A label is positive when it is ≥ ½. */
export interface ScoredLabels {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

export interface ClassificationQuality {
  readonly rows: number;
  readonly positives: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly accuracy: number | null;
  /** Null where nothing was predicted positive (scikit-learn says 0 and warns). */
  readonly precision: number | null;
  /** Null where no row is positive. */
  readonly recall: number | null;
  readonly f1: number | null;
  /** Null where all labels are equal. */
  readonly auc: number | null;
  readonly logLoss: number | null;
}

const SMALLEST_PROBABILITY = 2 ** -52;

/** Quality of a binary classifier at a threshold (score ≥ threshold is positive); rows whose score or label is not finite are left out. */
export function classificationQuality(sample: ScoredLabels, threshold = 0.5): ClassificationQuality {
  const scored = finiteScores(sample);
  const rows = scored.scores.length;
  let positives = 0;
  let truePositives = 0;
  let falsePositives = 0;
  let loss = 0;
  for (let i = 0; i < rows; i += 1) {
    const score = scored.scores[i] ?? 0;
    const isPositive = (scored.labels[i] ?? 0) >= 0.5;
    if (isPositive) positives += 1;
    if (score >= threshold) {
      if (isPositive) truePositives += 1;
      else falsePositives += 1;
    }
    const probability = Math.min(1 - SMALLEST_PROBABILITY, Math.max(SMALLEST_PROBABILITY, score));
    loss -= isPositive ? Math.log(probability) : Math.log1p(-probability);
  }
  const missed = positives - truePositives;
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    rows,
    positives,
    truePositives,
    falsePositives,
    accuracy: ratio(rows - falsePositives - missed, rows),
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, positives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + missed),
    auc: areaUnderRoc(scored),
    logLoss: ratio(loss, rows),
  };
}

/** Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties counting one half. Null with one class. */
export function areaUnderRoc(sample: ScoredLabels): number | null {
  const { scores, labels } = finiteScores(sample);
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let pairsInOrder = 0;
  let negativesBelow = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    const value = scores[order[start] ?? 0];
    let tiedPositives = 0;
    let end = start;
    for (; end < order.length && scores[order[end] ?? 0] === value; end += 1) {
      if ((labels[order[end] ?? 0] ?? 0) >= 0.5) tiedPositives += 1;
    }
    const tiedNegatives = end - start - tiedPositives;
    pairsInOrder += tiedPositives * (negativesBelow + tiedNegatives / 2);
    positives += tiedPositives;
    negativesBelow += tiedNegatives;
    start = end;
  }
  return positives === 0 || negativesBelow === 0 ? null : pairsInOrder / (positives * negativesBelow);
}

function finiteScores({ scores, labels }: ScoredLabels): { scores: Float64Array; labels: Float64Array } {
  const kept = { scores: new Float64Array(scores.length), labels: new Float64Array(scores.length) };
  let count = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] ?? Number.NaN;
    const label = labels[i] ?? Number.NaN;
    if (!Number.isFinite(score) || !Number.isFinite(label)) continue;
    kept.scores[count] = score;
    kept.labels[count] = label;
    count += 1;
  }
  return { scores: kept.scores.subarray(0, count), labels: kept.labels.subarray(0, count) };
}
