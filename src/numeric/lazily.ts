/** A value that is computed when it is first asked for, and then kept. */
export function lazily<T>(compute: () => T): () => T {
  let kept: { value: T } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}
