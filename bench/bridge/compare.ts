import { quantile } from '../../src/report/statistics.js';
import type { Figures } from './figures.js';
import { TRANSPORTS, type Transport } from './ours.js';
import type { Row } from './rows.js';

/** A row over one transport: the median of the rounds of each figure, and of the ratios of the rounds. */
export interface Compared {
  readonly what: string;
  readonly against: string;
  readonly transport: Transport;
  readonly unit: string;
  readonly goal: number | null;
  readonly isMet: boolean | null;
  readonly ratio: number;
  readonly bridge: Figures;
  readonly reference: Figures;
  /** The ratio of each round, in order. */
  readonly ratios: readonly number[];
}

/** Measures a row over both transports and its reference by turns, for `seconds` each in every round. */
export async function compare(row: Row, seconds: number, rounds: number): Promise<Compared[]> {
  await row.open?.();
  const ours: Record<Transport, Figures[]> = { zeromq: [], auto: [] };
  const references: Figures[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const transport of TRANSPORTS) ours[transport].push(await row.ours(transport, seconds));
      references.push(await row.reference(seconds));
    }
  } finally {
    await row.close?.();
  }
  return TRANSPORTS.map((transport) => summarize(row, transport, ours[transport], references));
}

/** The medians of the rounds of one side and the other. */
export function summarize(
  { what, against, unit, goal: wanted }: Pick<Row, 'what' | 'against' | 'unit' | 'goal'>,
  transport: Transport,
  bridge: readonly Figures[],
  reference: readonly Figures[],
): Compared {
  const ratios = bridge.map(({ value }, round) => value / reference[round].value);
  const ratio = median(ratios);
  const goal = wanted ?? null;
  const isMet = goal === null ? null : unit === 'µs' ? ratio <= goal : ratio >= goal;
  const sides = { bridge: medians(bridge), reference: medians(reference) };
  return { what, against, transport, unit, goal, isMet, ratio, ...sides, ratios };
}

function medians(rounds: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(rounds.map((figures) => figures[name]));
  return { value: of('value'), p50: of('p50'), p99: of('p99') };
}

function median(x: readonly number[]): number {
  return quantile(x, 0.5);
}

export const HEAD = ['what', 'over', 'bridge', 'p50, p99', 'reference', 'p50, p99', 'ratio', 'goal', 'reference is'];

/** The row as cells of the table. */
export function cells({ what, transport, bridge, reference, ratio, unit, goal, isMet, against }: Compared): string[] {
  const side = (figures: Figures) => [
    `${short(figures.value)} ${unit}`,
    `${micros(figures.p50)}, ${micros(figures.p99)} µs`,
  ];
  const wanted = goal === null ? '' : `${unit === 'µs' ? '≤' : '≥'} ${goal}${isMet ? '' : ' NOT MET'}`;
  return [what, transport, ...side(bridge), ...side(reference), ratio.toFixed(2), wanted, against];
}

function short(x: number): string {
  return x >= 1e6 ? `${(x / 1e6).toFixed(2)}M` : x >= 1e4 ? `${(x / 1e3).toFixed(1)}k` : x.toFixed(x < 100 ? 1 : 0);
}

function micros(x: number): string {
  return x.toFixed(x < 100 ? 1 : 0);
}
