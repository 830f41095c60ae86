/**
 * δ = c + γ V̄(s') − Q(s,a). Since V̄ integrates over a', its mean over s' ~ P(·|s,a) is T_τ^π Q(s,a) − Q(s,a), the factor of φ(s,a) in the semi-gradient
 * (slide 4, third equation) but for the sign.
 * @param cost c(s,a)
 * @param gamma discount
 * @param next V̄(s'), see `stateValue`; 0 after a terminated step
 * @param actionValue Q(s,a)
 */
export function temporalDifferenceError(cost: number, gamma: number, next: number, actionValue: number): number {
  return cost + gamma * next - actionValue;
}
