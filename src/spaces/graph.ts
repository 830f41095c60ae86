import type { Rng } from '../numeric/rng.js';
import { isInteger } from './dtype.js';
import { ListSpace } from './listSpace.js';
import { NDArray } from './ndarray.js';
import { type BatchOf, type Description, type Flat, type Space, SpaceValueError } from './space.js';

/**
 * A graph, with Gymnasium's field names.
 * @typeParam N batches of the node space
 * @typeParam E batches of the edge space
 */
export interface GraphInstance<N = unknown, E = unknown> {
  /** A batch of the node space, one entry a node. */
  readonly nodes: N;
  /** A batch of the edge space, or null if there are no edges. */
  readonly edges: E | null;
  /** Array [edges, 2] of node numbers: from, to. */
  readonly edge_links: NDArray | null;
}

type Value<N extends Space, E extends Space | null> = GraphInstance<BatchOf<N>, BatchOf<E>>;

/** Graphs whose nodes (and edges, if they have a space) carry values. */
export class Graph<N extends Space = Space, E extends Space | null = Space | null> extends ListSpace<Value<N, E>> {
  readonly type = 'Graph';
  readonly nodeSpace: N;
  readonly edgeSpace: E;
  readonly isFlattenable = false;

  constructor(nodeSpace: N, edgeSpace: E = null as E) {
    super();
    this.nodeSpace = nodeSpace;
    this.edgeSpace = edgeSpace;
  }

  /** 1 to 10 nodes, and as many edges as Gymnasium draws. */
  sample(rng: Rng): Value<N, E> {
    const n = 1 + rng.integer(10);
    const edges = n > 1 ? rng.integer(n * (n - 1)) : 0;
    const nodes = sampleRows(this.nodeSpace, n, rng);
    if (!this.edgeSpace || edges === 0) return { nodes, edges: null, edge_links: null };
    return {
      nodes,
      edges: sampleRows(this.edgeSpace, edges, rng),
      edge_links: new NDArray(
        Int32Array.from({ length: 2 * edges }, () => rng.integer(n)),
        [edges, 2],
        'int32',
      ),
    };
  }

  contains(x: unknown): x is Value<N, E> {
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

  coerce(x: unknown): Value<N, E> {
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

  /** The same graph with nodes [n, k] and edges [m, l] of flattened values, as doubles. */
  protected override flattenNested(x: Value<N, E>): Flat {
    return {
      nodes: flattenRows(this.nodeSpace, x.nodes),
      edges: this.edgeSpace && x.edges !== null ? flattenRows(this.edgeSpace, x.edges) : null,
      edge_links: x.edge_links,
    };
  }

  protected override unflattenNested(flat: Flat): Value<N, E> {
    const graph = flat as unknown as { nodes: NDArray; edges: NDArray | null; edge_links: NDArray | null };
    return {
      nodes: unflattenRows(this.nodeSpace, graph.nodes),
      edges: this.edgeSpace && graph.edges ? unflattenRows(this.edgeSpace, graph.edges) : null,
      edge_links: graph.edge_links,
    };
  }

  valueToJSON(x: Value<N, E>): unknown {
    const list = (space: Space | null, batch: unknown) =>
      space && batch !== null ? space.batchItems(batch).map((value) => space.valueToJSON(value)) : null;
    return {
      nodes: list(this.nodeSpace, x.nodes),
      edges: list(this.edgeSpace, x.edges),
      edge_links: x.edge_links?.toJSON() ?? null,
    };
  }

  valueFromJSON(json: unknown): Value<N, E> {
    return this.coerce(json);
  }

  override toString(): string {
    return `Graph(${this.nodeSpace}, ${this.edgeSpace})`;
  }
}

function isGraphLike(x: unknown): x is GraphInstance {
  return typeof x === 'object' && x !== null && 'nodes' in x && 'edges' in x && 'edge_links' in x;
}

function holds(space: Space, batch: unknown): boolean {
  return space.itemsOf(batch)?.every((value) => space.contains(value)) ?? false;
}

function links(values: unknown[]): NDArray {
  return NDArray.from(values, 'int32', [values.length, 2]);
}

function sampleRows<S extends Space | null>(space: NonNullable<S>, n: number, rng: Rng): BatchOf<S> {
  return space.batchOf(Array.from({ length: n }, () => space.sample(rng))) as BatchOf<S>;
}

function flattenRows(space: Space, batch: unknown): NDArray {
  const rows = space.batchItems(batch);
  const width = space.flatDim;
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    space.writeFlat(row, data, i * width);
  });
  return new NDArray(data, [rows.length, width], 'float64');
}

function unflattenRows<S extends Space | null>(space: NonNullable<S>, rows: NDArray): BatchOf<S> {
  const width = space.flatDim;
  const data = rows.data as Float64Array;
  return space.batchOf(Array.from({ length: rows.shape[0] }, (_, i) => space.readFlat(data, i * width))) as BatchOf<S>;
}
