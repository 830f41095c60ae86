import type { ActionFamily } from '../policy/family.js';
import type { Policy } from '../policy/policy.js';
import { randomisedLogZ } from '../policy/randomisation.js';
import type { Batch } from '../sampling/batch.js';

/** States of a batch that the error is averaged over, at most. */
const STATES = 8;

/**
 * How far log Z is off where it is integrated by a randomised rule: its standard deviation between independent randomisations, averaged over a few
 * states of the batch.
 * @param replicas the policy's family on other randomisations; none where nothing is random
 * @returns 0 without replicas
 */
export function integrationError(policy: Policy, replicas: readonly ActionFamily[], batch: Batch): number {
  if (replicas.length === 0) return 0;
  const rows = batch.valid.length;
  const stride = Math.ceil(rows / STATES);
  let sum = 0;
  let count = 0;
  for (let row = 0; row < rows; row += stride) {
    policy.at(batch.states, row);
    sum += randomisedLogZ(replicas, policy.energy).spread;
    count++;
  }
  return sum / count;
}
