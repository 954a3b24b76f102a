/**
 * Pseudo-random numbers from a seed, the same on every engine: whole-number operations and exact divisions only.
 * For made-up markets and simulations; never for keys.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** A whole number in [0, bound), bound at most 2^32. */
  below(bound: number): number;
  /** Bell-shaped around 0 with standard deviation 1, never beyond ±3. */
  bell(): number;
}

const TWO_32 = 2 ** 32;
/** Rounds until each bit of the seed has reached each bit of the state. */
const WARM_UP_ROUNDS = 16;

/** The stream that belongs to `seed` and `label`: another label is another stream, so users do not disturb each other. */
export function randomStream(seed: number, label: string): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`Seed is ${seed}, expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  // sfc32: 96 bits of mixed state and a counter, which makes a short cycle impossible
  let a = seed | 0;
  let b = Math.floor(seed / TWO_32) | 0;
  let c = hashOf(label);
  let counter = 1;

  const bits = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < WARM_UP_ROUNDS; i++) bits();

  const next = () => bits() / TWO_32;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    // three uniforms have variance 3/12, so twice their sum has deviation 1: no logarithm, no cosine
    bell: () => 2 * (next() + next() + next()) - 3,
  };
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
