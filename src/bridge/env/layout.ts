/** A contiguous part of a vector of environments, and whose it is. */
export interface Share {
  readonly from: number;
  readonly size: number;
  readonly server: number;
  readonly group: number;
}

/**
 * Divides n environments into parts, as evenly as can be, so that each part belongs to one server and one group and both
 * hold contiguous environments.
 * @throws RangeError unless all are integers from 1 on, the larger of servers and groups is a multiple of the smaller, and
 *   there is an environment for every part
 */
export function divide(numEnvs: number, servers: number, groups: number): Share[] {
  for (const [name, n] of Object.entries({ numEnvs, servers, groups })) {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`${name} is ${n}; expected an integer from 1 on`);
  }
  const parts = Math.max(servers, groups);
  if (parts % Math.min(servers, groups) !== 0) {
    throw new RangeError(
      `${servers} servers and ${groups} groups: expected the larger to be a multiple of the smaller`,
    );
  }
  if (numEnvs < parts) throw new RangeError(`${numEnvs} environments cannot be divided into ${parts} parts`);
  const start = (part: number) => Math.floor((part * numEnvs) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    from: start(part),
    size: start(part + 1) - start(part),
    server: Math.floor((part * servers) / parts),
    group: Math.floor((part * groups) / parts),
  }));
}
