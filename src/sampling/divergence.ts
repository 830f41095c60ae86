/** Mean and greatest KL(π(·|s)|μ) over the states acted in since it was last asked. */
export class DivergenceStatistics {
  private values = { sum: 0, max: 0, count: 0 };

  add(kl: number): void {
    const { values } = this;
    values.sum += kl;
    values.count++;
    if (kl > values.max) values.max = kl;
  }

  /** Both are 0 where there were none. */
  take(): { mean: number; max: number } {
    const { sum, max, count } = this.values;
    this.values = { sum: 0, max: 0, count: 0 };
    return { mean: count > 0 ? sum / count : 0, max };
  }

  snapshot(): { sum: number; max: number; count: number } {
    return { ...this.values };
  }

  restore(values: { sum: number; max: number; count: number }): void {
    this.values = { ...values };
  }
}
