/** The extremes of what a step costs. */
export interface CostRange {
  readonly lowestCost: number;
  readonly highestCost: number;
  /** τ sup KL(π|μ). */
  readonly highestRegularisation: number;
}

/** The bounds c_min/(1−γ) and (c_max + τ sup KL)/(1−γ) of V_τ^π = E Σ γⁿ (c + τ KL) (slide 2), whatever π is. */
export function valueBounds({ lowestCost, highestCost, highestRegularisation }: CostRange, gamma: number) {
  return { low: lowestCost / (1 - gamma), high: (highestCost + highestRegularisation) / (1 - gamma) };
}
