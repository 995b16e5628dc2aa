/** Draws in [0, 1). */
export type Random = () => number;

/**
 * The generator of one purpose: the same for the same numbers, unlike for any others. sfc32 (C. Doty-Humphrey, PractRand),
 * its state filled by splitmix32.
 */
export function seededRandom(...seeds: readonly number[]): Random {
  let mixed = 0x9e3779b9;
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let t = mixed ^ (mixed >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  for (const seed of seeds) {
    mixed = Math.imul(mixed ^ (seed | 0), 0x85ebca6b) ^ Math.floor(seed / 2 ** 32);
    mixed = next();
  }
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const draw = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

export function pick<T>(items: readonly T[], random: Random): T {
  const picked = items[Math.floor(random() * items.length)];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}
