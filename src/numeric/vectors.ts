/** ⟨a,b⟩, of one length. */
export function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean norm. */
export function norm(a: Float64Array): number {
  return Math.sqrt(innerProduct(a, a));
}

/** The largest entry; zero for none, and never below zero. */
export function largest(a: Float64Array): number {
  return a.reduce((most, x) => Math.max(most, x), 0);
}
