import type { TopLevelSpec } from 'vega-lite';
import type { CellKind } from '../theory/index.js';
import { renderSvg } from './render.js';

export interface PolicyMap {
  title: string;
  /** Rows and columns of the grid; state = row·columns + column. */
  grid: readonly [number, number];
  /** A number for each state, shown as colour. */
  value: Float64Array;
  valueTitle: string;
  /** π({a}|s), shape [S·m]: the length of the arrow of each action. */
  probabilities: Float64Array;
  /** The way each action moves, in columns to the right and rows down; no arrow for null. */
  directions: readonly (readonly [number, number] | null)[];
  /** What the cells are; all free if left out. Holes, goals and cells that are never entered are drawn as such, without arrows. */
  cells?: readonly CellKind[];
}

/** How the cells are drawn that are not free: their fill (none: the value's), letter and its colour. */
const looks: Partial<Record<CellKind, { fill?: string; letter: string; ink: string }>> = {
  start: { letter: 'S', ink: '#000' },
  hole: { fill: '#3a3a3a', letter: 'H', ink: '#fff' },
  goal: { fill: '#fff', letter: 'G', ink: '#000' },
  unreachable: { fill: '#b8b8b8', letter: '×', ink: '#000' },
};

/** Draws a policy on a grid: a cell's colour is a value, its arrows are as long as their actions are likely. */
export async function policyMap(map: PolicyMap): Promise<string> {
  return renderSvg(policyMapSpec(map));
}

function policyMapSpec({
  title,
  grid,
  value,
  valueTitle,
  probabilities,
  directions,
  cells: kinds,
}: PolicyMap): TopLevelSpec {
  const [rows, columns] = grid;
  const m = directions.length;
  const cells = [...value].map((v, s) => {
    const column = s % columns;
    const row = Math.floor(s / columns);
    return {
      value: v,
      left: column,
      right: column + 1,
      top: row,
      bottom: row + 1,
      state: s,
      look: looks[kinds?.[s] ?? 'free'],
    };
  });
  const open = cells.filter(({ look }) => look?.fill === undefined);
  const special = cells.flatMap(({ look, ...cell }) => (look === undefined ? [] : [{ ...cell, ...look }]));
  const closed = special.filter(({ fill }) => fill !== undefined);
  const arrows = open.flatMap(({ left, top, state }) =>
    directions.flatMap((direction, a) => {
      if (direction === null) return [];
      const length = 0.45 * probabilities[state * m + a];
      const [x, y] = [left + 0.5, top + 0.5];
      return [{ x, y, x2: x + length * direction[0], y2: y + length * direction[1] }];
    }),
  );
  const side = Math.max(18, Math.min(64, 640 / columns));
  const scale = (size: number) => ({ domain: [0, size], nice: false });
  const x = { type: 'quantitative' as const, axis: null, scale: scale(columns) };
  const y = { type: 'quantitative' as const, axis: null, scale: { ...scale(rows), reverse: true } };
  const box = {
    x: { field: 'left', ...x },
    x2: { field: 'right' },
    y: { field: 'top', ...y },
    y2: { field: 'bottom' },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: side * columns,
    height: side * rows,
    layer: [
      {
        data: { values: open.map(({ look: _, ...cell }) => cell) },
        mark: { type: 'rect', stroke: 'white' },
        encoding: {
          ...box,
          color: {
            field: 'value',
            type: 'quantitative',
            scale: { scheme: 'yellowgreenblue', reverse: true },
            legend: { title: valueTitle },
          },
        },
      },
      ...(closed.length === 0
        ? []
        : [
            {
              data: { values: closed },
              mark: { type: 'rect' as const, stroke: '#888' },
              encoding: { ...box, fill: { field: 'fill', type: 'nominal' as const, scale: null } },
            },
          ]),
      {
        data: { values: arrows },
        mark: { type: 'rule', strokeWidth: 2.5, color: '#c2410c' },
        encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y }, x2: { field: 'x2' }, y2: { field: 'y2' } },
      },
      {
        data: { values: arrows.filter((a) => Math.hypot(a.x2 - a.x, a.y2 - a.y) > 0.05) },
        mark: { type: 'point', filled: true, size: 22, color: '#c2410c', opacity: 1 },
        encoding: { x: { field: 'x2', ...x }, y: { field: 'y2', ...y } },
      },
      ...(special.length === 0 ? [] : [lettersOf(special, side, { x, y })]),
    ],
  } as TopLevelSpec;
}

/** The letters of cells: in the middle of closed ones, in the corner where there are arrows. */
function lettersOf(
  special: readonly { left: number; top: number; letter: string; ink: string; fill?: string }[],
  side: number,
  { x, y }: { x: object; y: object },
) {
  const values = special.map(({ left, top, letter, ink, fill }) => {
    const [dx, dy] = fill === undefined ? [0.16, 0.18] : [0.5, 0.5];
    return { x: left + dx, y: top + dy, letter, ink };
  });
  return {
    data: { values },
    mark: { type: 'text' as const, fontSize: Math.max(8, 0.26 * side), fontWeight: 'bold' as const },
    encoding: {
      x: { field: 'x', ...x },
      y: { field: 'y', ...y },
      text: { field: 'letter' },
      color: { field: 'ink', type: 'nominal' as const, scale: null },
    },
  };
}
