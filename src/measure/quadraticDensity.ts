import { gaussLegendre } from '../numeric/quadrature.js';

/** What lies this many nats below the greatest density is left out: e^{−40} is below rounding. */
const DROP = 40;
const { nodes: PLACES, weights: SHARES } = gaussLegendre(32, 0, 1);

/** A stretch on which the density falls from its peak: by e^{−(slope·t + curvature·t²)} at the distance t. */
interface Panel {
  peak: number;
  /** 1 where the stretch goes to the right of its peak, −1 to the left. */
  direction: number;
  slope: number;
  length: number;
  /** Density at the peak relative to the greatest. */
  top: number;
  /** Integral over the stretch, of the density relative to the greatest. */
  mass: number;
}

/**
 * The density e^{−(b·y + c·y²)} on [−1,1], normalised: a truncated Gaussian for c > 0, an exponential or uniform one for c = 0, a convex one for
 * c < 0. Each side of its peak, or each of its two ends, is integrated by 32 Gauss–Legendre nodes on the stretch that counts, where all
 * terms are positive and at most one, so nothing cancels or overflows however large b and c are.
 */
export class QuadraticDensity {
  /** log of the mean of e^{−(b·y + c·y²)} over [−1,1]. */
  logMass = 0;
  /** E y. */
  mean = 0;
  /** E y². */
  square = 1 / 3;
  /** KL divergence from the uniform distribution on [−1,1]. */
  kl = 0;
  private b = 0;
  private c = 0;
  private mass = 2;
  private readonly left: Panel = { peak: -1, direction: 1, slope: 0, length: 2, top: 1, mass: 2 };
  private readonly right: Panel = { peak: 1, direction: -1, slope: 0, length: 0, top: 1, mass: 0 };

  set(b: number, c: number): void {
    this.b = b;
    this.c = c;
    const { left, right } = this;
    let greatest: number;
    if (c > 0) {
      const peak = Math.min(1, Math.max(-1, -b / (2 * c)));
      const slope = b + 2 * c * peak;
      greatest = -(b + c * peak) * peak;
      lay(left, peak, -1, Math.max(0, -slope), peak + 1, c);
      lay(right, peak, 1, Math.max(0, slope), 1 - peak, c);
      left.top = right.top = 1;
    } else {
      greatest = Math.abs(b) - c;
      lay(left, -1, 1, b - 2 * c, roomOf(b, c), c);
      lay(right, 1, -1, -b - 2 * c, b === 0 && c === 0 ? 0 : roomOf(-b, c), c);
      left.top = Math.exp(Math.min(0, 2 * b));
      right.top = Math.exp(Math.min(0, -2 * b));
    }
    let [mass, first, second, fall] = [0, 0, 0, 0];
    for (let side = 0; side < 2; side++) {
      const panel = side === 0 ? left : right;
      const { peak, direction, slope, length, top } = panel;
      panel.mass = 0;
      if (length === 0) continue;
      const below = top > 0 ? Math.log(top) : 0;
      let sum = 0;
      for (let k = 0; k < PLACES.length; k++) {
        const t = length * PLACES[k];
        const drop = (slope + c * t) * t;
        const p = SHARES[k] * length * top * Math.exp(-drop);
        const y = peak + direction * t;
        sum += p;
        first += p * y;
        second += p * y * y;
        fall += p * (below - drop);
      }
      panel.mass = sum;
      mass += sum;
    }
    this.mass = mass;
    this.mean = first / mass;
    this.square = second / mass;
    const rest = Math.log(mass / 2);
    this.logMass = greatest + rest;
    this.kl = Math.max(0, fall / mass - rest);
  }

  /** The place below which the share p of the mass is, by Newton steps from the peak, which never overshoot since the density falls. */
  quantile(p: number): number {
    const target = p * this.mass;
    const inLeft = target < this.left.mass || this.right.mass === 0;
    const panel = inLeft ? this.left : this.right;
    const { peak, direction, slope, length, top, mass } = panel;
    const fromLeft = inLeft ? target : target - this.left.mass;
    const wanted = (direction > 0 ? fromLeft : mass - fromLeft) / top;
    let t = 0;
    for (let n = 0; n < 60; n++) {
      let reached = 0;
      for (let k = 0; k < PLACES.length; k++) {
        const x = t * PLACES[k];
        reached += SHARES[k] * t * Math.exp(-(slope + this.c * x) * x);
      }
      const step = (wanted - reached) * Math.exp((slope + this.c * t) * t);
      t = Math.min(length, Math.max(0, t + step));
      if (Math.abs(step) <= 1e-14 * length) break;
    }
    return peak + direction * t;
  }

  /** The place of greatest density; the middle where the density is uniform. */
  mode(): number {
    const { b, c } = this;
    if (c > 0) return Math.min(1, Math.max(-1, -b / (2 * c)));
    return b === 0 && c === 0 ? 0 : b >= 0 ? -1 : 1;
  }
}

/** How far the density falls from the left end, at most to the right end, of a density with c ≤ 0. */
function roomOf(b: number, c: number): number {
  const slope = b - 2 * c;
  if (slope < 0) return 0;
  return c === 0 ? 2 : Math.min(2, slope / (-2 * c));
}

function lay(panel: Panel, peak: number, direction: number, slope: number, room: number, c: number): void {
  panel.peak = peak;
  panel.direction = direction;
  panel.slope = slope;
  const root = slope * slope + 4 * c * DROP;
  panel.length = room > 0 && root > 0 ? Math.min(room, (2 * DROP) / (slope + Math.sqrt(root))) : room;
}
