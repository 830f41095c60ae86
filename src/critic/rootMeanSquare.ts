/** Root mean square of the errors since it was last asked. */
export class RootMeanSquare {
  private squares = 0;
  private count = 0;

  add(error: number): void {
    this.squares += error * error;
    this.count++;
  }

  /** 0 where there were none. */
  take(): number {
    const root = this.count > 0 ? Math.sqrt(this.squares / this.count) : 0;
    this.squares = 0;
    this.count = 0;
    return root;
  }

  snapshot(): { squares: number; count: number } {
    return { squares: this.squares, count: this.count };
  }

  restore({ squares, count }: { squares: number; count: number }): void {
    this.squares = squares;
    this.count = count;
  }
}
