/**
 * Everything that was done to the environments since they were last reset as a whole: with the seeds of that reset it leads
 * a deterministic environment to the same state again, to the bit. This is how a checkpoint keeps environments that
 * cannot be copied.
 */
export class ReplayLog {
  readonly numEnvs: number;
  /** Whole resets so far; the seeds follow from it. */
  segment = 0;
  /** Vector steps since then. */
  length = 0;
  private nodes: Int32Array;
  /** Steps after which some environments were reset by a mask. */
  private resets = new Map<number, Uint8Array>();

  constructor(numEnvs: number) {
    this.numEnvs = numEnvs;
    this.nodes = new Int32Array(numEnvs * 1024);
  }

  /** A whole reset: what came before no longer matters. */
  begin(segment: number): void {
    this.segment = segment;
    this.length = 0;
    this.resets.clear();
  }

  /** A vector step with these nodes. */
  step(nodes: Int32Array): void {
    const at = this.length * this.numEnvs;
    if (at + nodes.length > this.nodes.length) {
      const larger = new Int32Array(this.nodes.length * 2);
      larger.set(this.nodes);
      this.nodes = larger;
    }
    this.nodes.set(nodes, at);
    this.length++;
  }

  /** A masked reset after the latest step. */
  reset(mask: Uint8Array): void {
    this.resets.set(this.length, mask.slice());
  }

  /** The nodes of step i; shape [E]. */
  nodesAt(i: number): Int32Array {
    return this.nodes.subarray(i * this.numEnvs, (i + 1) * this.numEnvs);
  }

  /** The masked reset after i steps, if any. */
  resetAfter(i: number): Uint8Array | undefined {
    return this.resets.get(i);
  }

  snapshot(): Record<string, unknown> {
    return {
      segment: this.segment,
      length: this.length,
      nodes: this.nodes.slice(0, this.length * this.numEnvs),
      resets: [...this.resets],
    };
  }

  restore(state: Record<string, unknown>): void {
    this.segment = state.segment as number;
    this.length = state.length as number;
    const nodes = state.nodes as Int32Array;
    this.nodes = new Int32Array(Math.max(this.numEnvs * 1024, nodes.length * 2));
    this.nodes.set(nodes);
    this.resets = new Map(state.resets as [number, Uint8Array][]);
  }
}
