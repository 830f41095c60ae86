/*
 * Sine and cosine as Python on Linux computes them, to the bit: the method of the GNU C library from 2.28 on (IBM's Accurate Mathematical
 * Library), with the fused multiplications that it makes on processors that have them. V8's own differ in one argument of seventy by a unit in
 * the last place, and an unstable pole multiplies such a unit until the episodes part.
 */

/** Below this the method is that of a table; Math.sin and Math.cos answer for greater arguments. */
const LIMIT = 0.85546875;
/** Adding it leaves the multiples of 2⁻⁷ in the last bits of a double. */
const TO_TABLE = 1.5 * 2 ** 45;

const SIN_3 = -0.16666666666666488;
const SIN_5 = 0.008333332142857223;
const COS_4 = -0.04166666666666644;
const COS_6 = 0.001388888740079376;

/** Taylor's coefficients of the sine, slightly moved, for arguments below 0.126. */
const TAYLOR_11 = -2.5022014848318398e-8;
const TAYLOR_9 = 2.755729806860771e-6;
const TAYLOR_7 = -0.00019841269834414642;
const TAYLOR_5 = 0.008333333333332329;
const TAYLOR_3 = -0.16666666666666666;

/** sin(k/128) and cos(k/128), each as a sum of two doubles. */
const TABLE = table(Math.ceil(LIMIT * 128) + 1);

/** The sine of x, an angle in radians. */
export function sin(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -26) return x;
  if (!(magnitude < LIMIT)) return Math.sin(x);
  if (magnitude < 0.126) return taylorSin(x);
  const place = magnitude + TO_TABLE - TO_TABLE;
  const at = place * 512;
  const rest = magnitude - place;
  const square = rest * rest;
  const s = rest + rest * square * fma(SIN_5, square, SIN_3);
  const c = square * fma(fma(COS_6, square, COS_4), square, 0.5);
  const correction = fma(s, TABLE[at + 2], fma(-c, TABLE[at], fma(TABLE[at + 3], s, TABLE[at + 1])));
  const y = TABLE[at] + correction;
  return x < 0 ? -y : y;
}

/** The cosine of x, an angle in radians. */
export function cos(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -27) return 1;
  if (!(magnitude < LIMIT)) return Math.cos(x);
  const place = magnitude + TO_TABLE - TO_TABLE;
  const at = place * 512;
  const rest = magnitude - place;
  const square = rest * rest;
  const s = fma(rest * square, fma(SIN_5, square, SIN_3), rest);
  const c = square * fma(fma(COS_6, square, COS_4), square, 0.5);
  const correction = fma(-s, TABLE[at], fma(-c, TABLE[at + 2], fma(-s, TABLE[at + 1], TABLE[at + 3])));
  return TABLE[at + 2] + correction;
}

function taylorSin(x: number): number {
  const square = x * x;
  let p = fma(TAYLOR_11, square, TAYLOR_9);
  p = fma(p, square, TAYLOR_7);
  p = fma(p, square, TAYLOR_5);
  p = fma(p, square, TAYLOR_3);
  return x + square * (p * x);
}

/**
 * a·b + c, rounded once (but for one case in 2⁵⁰ or so). Dekker's product and Knuth's sum give both errors exactly; for numbers far from overflow
 * and underflow.
 */
function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const a1 = a * 134217729;
  const aHigh = a1 - (a1 - a);
  const aLow = a - aHigh;
  const b1 = b * 134217729;
  const bHigh = b1 - (b1 - b);
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}

/** [sin, its rest, cos, its rest] of k/128 for k = 0 … count-1: Taylor's series in integers of 160 bits after the point. */
function table(count: number): Float64Array {
  const out = new Float64Array(4 * count);
  const one = 1n << 160n;
  for (let k = 0; k < count; k++) {
    const x = (BigInt(k) * one) / 128n;
    for (const [at, first, order] of [
      [0, x, 1n],
      [2, one, 0n],
    ] as const) {
      let sum = 0n;
      for (let term = first, n = order; term !== 0n; n += 2n) {
        sum += term;
        term = -(((term * x) / one) * x) / one / ((n + 1n) * (n + 2n));
      }
      const high = Number(sum) / 2 ** 160;
      out[4 * k + at] = high;
      out[4 * k + at + 1] = Number(sum - BigInt(high * 2 ** 160)) / 2 ** 160;
    }
  }
  return out;
}
