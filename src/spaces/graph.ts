import type { Rng } from '../numeric/rng.js';
import { isInteger } from './dtype.js';
import { NDArray } from './ndarray.js';
import { type Description, type Flat, Space, SpaceValueError } from './space.js';
import { Tuple } from './tuple.js';

/** A graph, with Gymnasium's field names. */
export interface GraphInstance {
  /** A batch of the node space, one entry a node. */
  readonly nodes: unknown;
  /** A batch of the edge space, or null if there are no edges. */
  readonly edges: unknown;
  /** Array [edges, 2] of node numbers: from, to. */
  readonly edge_links: NDArray | null;
}

/** Graphs whose nodes (and edges, if they have a space) carry values. */
export class Graph extends Space<GraphInstance> {
  readonly type = 'Graph';
  readonly nodeSpace: Space;
  readonly edgeSpace: Space | null;
  readonly isFlattenable = false;

  constructor(nodeSpace: Space, edgeSpace: Space | null = null) {
    super();
    this.nodeSpace = nodeSpace;
    this.edgeSpace = edgeSpace;
  }

  /** 1 to 10 nodes, and as many edges as Gymnasium draws. */
  sample(rng: Rng): GraphInstance {
    const n = 1 + rng.integer(10);
    const edges = n > 1 ? rng.integer(n * (n - 1)) : 0;
    const nodes = this.nodeSpace.batchOf(Array.from({ length: n }, () => this.nodeSpace.sample(rng)));
    const { edgeSpace } = this;
    if (!edgeSpace || edges === 0) return { nodes, edges: null, edge_links: null };
    return {
      nodes,
      edges: edgeSpace.batchOf(Array.from({ length: edges }, () => edgeSpace.sample(rng))),
      edge_links: new NDArray(
        Int32Array.from({ length: 2 * edges }, () => rng.integer(n)),
        [edges, 2],
        'int32',
      ),
    };
  }

  contains(x: unknown): x is GraphInstance {
    if (!isGraphLike(x) || !holds(this.nodeSpace, x.nodes)) return false;
    if (x.edges === null || x.edge_links === null) return x.edges === null && x.edge_links === null;
    if (!this.edgeSpace || !holds(this.edgeSpace, x.edges)) return false;
    const links = x.edge_links;
    const count = this.nodeSpace.batchLength(x.nodes);
    return (
      links instanceof NDArray &&
      isInteger(links.dtype) &&
      links.shape.length === 2 &&
      links.shape[0] === this.edgeSpace.batchLength(x.edges) &&
      links.shape[1] === 2 &&
      Array.from(links.data as Int32Array).every((node) => node >= 0 && node < count)
    );
  }

  coerce(x: unknown): GraphInstance {
    if (!isGraphLike(x)) throw new SpaceValueError(this, x, 'expected an object with nodes, edges and edge_links');
    const batch = (space: Space, values: unknown) =>
      Array.isArray(values) ? space.batchOf(values.map((value) => space.coerce(value))) : values;
    const graph = {
      nodes: batch(this.nodeSpace, x.nodes),
      edges: this.edgeSpace && x.edges !== null ? batch(this.edgeSpace, x.edges) : x.edges,
      edge_links: Array.isArray(x.edge_links) ? links(x.edge_links) : x.edge_links,
    };
    if (this.contains(graph)) return graph;
    throw new SpaceValueError(this, x, 'its nodes, edges or edge_links do not belong to the space');
  }

  equals(other: Space): boolean {
    if (!(other instanceof Graph) || !this.nodeSpace.equals(other.nodeSpace)) return false;
    return this.edgeSpace && other.edgeSpace
      ? this.edgeSpace.equals(other.edgeSpace)
      : this.edgeSpace === other.edgeSpace;
  }

  describe(): Description {
    return {
      type: 'Graph',
      node_space: this.nodeSpace.describe(),
      edge_space: this.edgeSpace?.describe() ?? null,
    };
  }

  batch(n: number): Tuple {
    return new Tuple(Array.from({ length: n }, () => this));
  }

  get flatDim(): number {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  writeFlat(): void {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  readFlat(): GraphInstance {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  /** The same graph with nodes [n, k] and edges [m, l] of flattened values, as doubles. */
  protected override flattenNested(x: GraphInstance): Flat {
    return {
      nodes: flattenRows(this.nodeSpace, x.nodes),
      edges: this.edgeSpace && x.edges !== null ? flattenRows(this.edgeSpace, x.edges) : null,
      edge_links: x.edge_links,
    };
  }

  protected override unflattenNested(flat: Flat): GraphInstance {
    const graph = flat as unknown as { nodes: NDArray; edges: NDArray | null; edge_links: NDArray | null };
    return {
      nodes: unflattenRows(this.nodeSpace, graph.nodes),
      edges: this.edgeSpace && graph.edges ? unflattenRows(this.edgeSpace, graph.edges) : null,
      edge_links: graph.edge_links,
    };
  }

  valueToJSON(x: GraphInstance): unknown {
    const list = (space: Space | null, batch: unknown) =>
      space && batch !== null ? items(space, batch).map((value) => space.valueToJSON(value)) : null;
    return {
      nodes: list(this.nodeSpace, x.nodes),
      edges: list(this.edgeSpace, x.edges),
      edge_links: x.edge_links?.toJSON() ?? null,
    };
  }

  valueFromJSON(json: unknown): GraphInstance {
    return this.coerce(json);
  }

  override toString(): string {
    return `Graph(${this.nodeSpace}, ${this.edgeSpace})`;
  }
}

function isGraphLike(x: unknown): x is GraphInstance {
  return typeof x === 'object' && x !== null && 'nodes' in x && 'edges' in x && 'edge_links' in x;
}

function items(space: Space, batch: unknown): unknown[] {
  return Array.from({ length: space.batchLength(batch) }, (_, i) => space.batchItem(batch, i));
}

function holds(space: Space, batch: unknown): boolean {
  if (batch instanceof NDArray && batch.shape.length === 0) return false;
  try {
    return items(space, batch).every((value) => space.contains(value));
  } catch {
    return false;
  }
}

function links(values: unknown[]): NDArray {
  return NDArray.from(values, 'int32', [values.length, 2]);
}

function flattenRows(space: Space, batch: unknown): NDArray {
  const rows = items(space, batch);
  const width = space.flatDim;
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    space.writeFlat(row, data, i * width);
  });
  return new NDArray(data, [rows.length, width], 'float64');
}

function unflattenRows(space: Space, rows: NDArray): unknown {
  const width = space.flatDim;
  const data = rows.data as Float64Array;
  return space.batchOf(Array.from({ length: rows.shape[0] }, (_, i) => space.readFlat(data, i * width)));
}
