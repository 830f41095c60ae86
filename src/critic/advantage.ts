/**
 * The advantage A(s,a) = Q(s,a) + τ log dπ/dμ(s,a) − V(s) (slide 3, first equation). Its mean under π is 0.
 * @param actionValue Q(s,a)
 * @param value V(s), see `stateValue`
 * @param logDensity log dπ/dμ(s,a)
 */
export function advantage(actionValue: number, value: number, logDensity: number, tau: number): number {
  return actionValue - value + tau * logDensity;
}
