import type { TypedArray } from './dtype.js';
import type { GraphInstance } from './graph.js';
import type { NDArray } from './ndarray.js';

/** What `coerce` makes an array of: also one typed array or flat list, in C order, and a number or bigint where there is one entry. */
export type ArrayForm = NDArray | TypedArray | number | bigint | boolean | readonly ArrayForm[];

/**
 * What `coerce` takes for a value of type T: numbers, lists and typed arrays for arrays, a bigint or an array of one entry for a number.
 * Whether it has the right shape and is within the bounds shows at run time.
 */
export type Form<T> = unknown extends T
  ? unknown
  : T extends NDArray
    ? ArrayForm
    : T extends number
      ? number extends T
        ? number | bigint | NDArray
        : T // the index of a OneOf
      : T extends GraphInstance<infer N, infer E>
        ? GraphForm<N, E>
        : T extends object
          ? { readonly [K in keyof T]: Form<T[K]> }
          : T;

interface GraphForm<N, E> {
  readonly nodes: N | readonly unknown[];
  readonly edges: E | readonly unknown[] | null;
  readonly edge_links: NDArray | readonly (readonly number[])[] | null;
}

/** What `coerceBatch` takes for a batch of type B: a batch in any form, and a list of one value an environment. */
export type BatchForm<B> = unknown extends B
  ? unknown
  : B extends NDArray
    ? NDArray | TypedArray | readonly ArrayForm[]
    : B extends readonly (infer T)[]
      ? number extends B['length']
        ? readonly Form<T>[]
        : { readonly [I in keyof B]: BatchForm<B[I]> } | readonly ItemForm<B>[]
      : { readonly [K in keyof B]: BatchForm<B[K]> } | readonly ItemForm<B>[];

/** What is taken for one value of a batch of type B. */
type ItemForm<B> = unknown extends B
  ? unknown
  : B extends NDArray
    ? ArrayForm
    : B extends readonly (infer T)[]
      ? number extends B['length']
        ? Form<T>
        : { readonly [I in keyof B]: ItemForm<B[I]> }
      : { readonly [K in keyof B]: ItemForm<B[K]> };
