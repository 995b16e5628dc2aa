const moods = [
  'able',
  'bold',
  'calm',
  'clever',
  'curious',
  'daring',
  'gentle',
  'hardy',
  'keen',
  'lively',
  'merry',
  'nimble',
  'patient',
  'quiet',
  'steady',
  'swift',
];
const things = [
  'brook',
  'cog',
  'dam',
  'ford',
  'gate',
  'leat',
  'mill',
  'millstone',
  'pond',
  'race',
  'rill',
  'sluice',
  'stream',
  'wheel',
  'weir',
  'well',
];

/** A name for a run that was given none, in MLflow's shape. The draws are in [0, 1). */
export function runName(draws: readonly [number, number, number]): string {
  const pick = (words: readonly string[], draw: number): string => words[Math.floor(draw * words.length)] ?? 'run';
  return `${pick(moods, draws[0])}-${pick(things, draws[1])}-${Math.floor(draws[2] * 1000)}`;
}
