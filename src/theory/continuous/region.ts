import { gaussHermite, gaussLegendre, type Quadrature } from '../../numeric/quadrature.js';
import { MdpError } from '../errors.js';

/** A point of S or A, shape [d]. */
export type Point = readonly number[];

/** A box of one or two dimensions, with the uniform law. */
export interface Box {
  low: Point;
  high: Point;
}

/** R or R², with the law N(mean, diag deviation²). */
export interface Normal {
  mean: Point;
  deviation: Point;
}

/** Where states or actions are, and the law that integrals are against. */
export type Region = Box | Normal;

/** Nodes and weights that integrate against the region's law; the weights sum to 1. */
export interface Rule {
  readonly points: readonly Point[];
  readonly weights: Float64Array;
}

const isBox = (region: Region): region is Box => 'low' in region;

/** @throws MdpError that names the entry */
export function checkRegion(region: Region, where: string): void {
  const fail = (problem: string): never => {
    throw new MdpError(`${where}: ${problem}`);
  };
  const keys: [string, unknown][] = Object.entries(region ?? {}).filter(([key]) => key !== 'density');
  const names = keys.map(([key]) => key).sort();
  if (!['high,low', 'deviation,mean'].includes(names.join())) {
    fail(
      `has the keys ${names.join(', ') || 'none'}; expected low and high (a box), or mean and deviation (a Gaussian)`,
    );
  }
  const [first, second] = (isBox(region) ? [region.low, region.high] : [region.mean, region.deviation]) as [
    Point,
    Point,
  ];
  for (const [key, value] of keys) {
    if (!Array.isArray(value) || value.length < 1 || value.length > 2 || !value.every(Number.isFinite)) {
      fail(`${key} is ${JSON.stringify(value)}; expected one or two finite numbers in an array`);
    }
  }
  if (first.length !== second.length)
    fail(`${names.join(' and ')} have ${first.length} and ${second.length} numbers; expected as many`);
  second.forEach((x, i) => {
    if (isBox(region) && !(first[i] < x))
      fail(`low is ${first[i]} and high ${x} in coordinate ${i}; expected low < high`);
    if (!isBox(region) && !(x > 0)) fail(`deviation is ${x} in coordinate ${i}; expected a positive number`);
  });
}

/** d. */
export function dimension(region: Region): number {
  return isBox(region) ? region.low.length : region.mean.length;
}

/** The Gauss rule with n nodes a coordinate: Legendre's on a box, Hermite's for a Gaussian. */
export function ruleOf(region: Region, n: number): Rule {
  const axes = isBox(region)
    ? region.low.map((low, i) => gaussLegendre(n, low, region.high[i]))
    : region.mean.map((mean, i) => {
        const { nodes, weights } = gaussHermite(n, region.deviation[i]);
        return { nodes: nodes.map((x) => mean + x), weights };
      });
  return tensor(axes);
}

function tensor(axes: readonly Quadrature[]): Rule {
  const [first, second] = axes;
  if (second === undefined) return { points: [...first.nodes].map((x) => [x]), weights: first.weights };
  const points = [...first.nodes].flatMap((x) => [...second.nodes].map((y) => [x, y]));
  const weights = Float64Array.from([...first.weights].flatMap((u) => [...second.weights].map((v) => u * v)));
  return { points, weights };
}

/** The density of the region's law with respect to Lebesgue's measure. */
export function lawDensity(region: Region): (x: Point) => number {
  if (isBox(region)) {
    const volume = region.low.reduce((product, low, i) => product * (region.high[i] - low), 1);
    return () => 1 / volume;
  }
  const { mean, deviation } = region;
  const scale = deviation.reduce((product, sigma) => product * sigma * Math.sqrt(2 * Math.PI), 1);
  return (x) => Math.exp(-0.5 * x.reduce((sum, y, i) => sum + ((y - mean[i]) / deviation[i]) ** 2, 0)) / scale;
}

/** The box that is searched for a supremum: the region itself, or the mean ± `reach` deviations. */
export function searchBox(region: Region, reach = 6): Box {
  if (isBox(region)) return region;
  const { mean, deviation } = region;
  return {
    low: mean.map((m, i) => m - reach * deviation[i]),
    high: mean.map((m, i) => m + reach * deviation[i]),
  };
}

/** Points that stand for the whole region, the corners of the box among them (mean ± 2 deviations for a Gaussian). */
export function probePoints(region: Region, count: number): Point[] {
  const { low, high } = searchBox(region, 2);
  const at = (share: Point) => low.map((x, i) => x + share[i] * (high[i] - x));
  const corners =
    low.length === 1
      ? [[0], [1]]
      : [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ];
  // Additive recurrence with the golden and the plastic ratio: evenly spread, and no nodes of a Gauss rule.
  const steps = low.length === 1 ? [0.6180339887498949] : [0.7548776662466927, 0.5698402909980532];
  const inner = Array.from({ length: count }, (_, i) => steps.map((step) => (0.5 + (i + 1) * step) % 1));
  return [...corners, ...inner].map(at);
}

/** Whether a point is in the box, or within 3 deviations of the mean. */
export function isCentral(region: Region | undefined, x: Point): boolean {
  if (region === undefined || isBox(region)) return true;
  return x.every((y, i) => Math.abs(y - region.mean[i]) <= 3 * region.deviation[i]);
}

export function isBounded(region: Region): boolean {
  return isBox(region);
}

/** `[0, 1] × [−1, 1]`. */
export function boxText({ low, high }: Box): string {
  return low.map((x, i) => `[${x}, ${high[i]}]`).join(' × ');
}

/** The region's law in words. */
export function regionText(region: Region): string {
  if (isBox(region)) return `uniform on ${boxText(region)}`;
  return `N(${region.mean.join(', ')}; deviation ${region.deviation.join(', ')})`;
}
