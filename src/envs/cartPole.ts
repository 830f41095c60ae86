import { type NumpyGenerator, numpyGenerator } from '../numeric/numpyRandom.js';
import { cos, sin } from '../numeric/sinCos.js';
import { Box, Discrete, NDArray } from '../spaces/index.js';
import type { Environment, Info, ResetOptions, Step } from './environment.js';
import { EnvironmentError } from './environmentError.js';

const GRAVITY = 9.8;
const MASS_POLE = 0.1;
const TOTAL_MASS = MASS_POLE + 1;
/** Half the pole's length, in metres. */
const LENGTH = 0.5;
const POLE_MASS_LENGTH = MASS_POLE * LENGTH;
const FORCE = 10;
/** Seconds between two states. */
const TAU = 0.02;
/** An episode terminates when the pole leans by more than 12 degrees, or the cart is 2.4 m from the middle. */
const MAX_ANGLE = (12 * 2 * Math.PI) / 360;
const MAX_PLACE = 2.4;
const HIGH = NDArray.from([2 * MAX_PLACE, Infinity, 2 * MAX_ANGLE, Infinity], 'float32');
const LOW = NDArray.from(
  [...(HIGH.data as Float32Array)].map((x) => -x),
  'float32',
);

/** How a `CartPole` differs from Gymnasium's CartPole-v1. */
export interface CartPoleOptions {
  /** The steps after which an episode is truncated. Default: 500, as in CartPole-v1. */
  readonly maxEpisodeSteps?: number | undefined;
}

/**
 * Gymnasium's CartPole-v1: a pole on a cart that is pushed to the left (action 0) or to the right (1). The reward is 1 a step.
 *
 * For the same seeds and actions it gives the same as Gymnasium on Linux, to the bit: observations, rewards, ends. Its state is the same, too. So a
 * training run on it learns the same as one on Gymnasium's through the bridge.
 *
 * Barto, Sutton, Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", 1983; Florian, "Correct equations for
 * the dynamics of the cart-pole system", 2005.
 */
export class CartPole implements Environment<NDArray, number> {
  /** Place of the cart (m), its velocity (m/s), angle of the pole (rad, to the right), its angular velocity (rad/s). */
  readonly observationSpace = new Box(LOW, HIGH, [4], 'float32');
  readonly actionSpace = new Discrete(2);
  readonly metadata = { render_modes: [], render_fps: 50 };
  readonly maxEpisodeSteps: number;
  private readonly doubles = new Float64Array(4);
  private random: NumpyGenerator | undefined;
  /** Steps of the episode; negative before the first. */
  private steps = -1;
  private hasFallen = false;

  /** @throws EnvironmentError unless `maxEpisodeSteps` is an integer from 1 on, or Infinity */
  constructor({ maxEpisodeSteps = 500 }: CartPoleOptions = {}) {
    if (maxEpisodeSteps !== Infinity && (!Number.isSafeInteger(maxEpisodeSteps) || maxEpisodeSteps < 1)) {
      const expected = 'an integer from 1 on, or Infinity';
      throw new EnvironmentError(`maxEpisodeSteps is ${maxEpisodeSteps}`, { member: 'maxEpisodeSteps', expected });
    }
    this.maxEpisodeSteps = maxEpisodeSteps;
  }

  /** The state in doubles; a copy. */
  get state(): Float64Array {
    return this.doubles.slice();
  }

  /**
   * Begins an episode near the upright position.
   * @param options `options.low` and `options.high` bound each entry of the first state. Defaults: -0.05 and 0.05
   * @throws EnvironmentError for bounds that are no numbers or in the wrong order; RangeError for a seed that is no integer in 0 … 2⁵³-1
   */
  reset({ seed, options }: ResetOptions = {}): [NDArray, Info] {
    const { low = -0.05, high = 0.05 } = options ?? {};
    if (typeof low !== 'number' || typeof high !== 'number' || !(low <= high)) {
      const expected = 'numbers, low not above high';
      throw new EnvironmentError(`the options low and high are ${low} and ${high}`, { member: 'reset', expected });
    }
    if (typeof seed === 'number') this.random = numpyGenerator(seed);
    this.random ??= numpyGenerator(Math.floor(Math.random() * 2 ** 53));
    for (let i = 0; i < 4; i++) this.doubles[i] = this.random.uniform(low, high);
    this.steps = 0;
    this.hasFallen = false;
    return [this.observation(), {}];
  }

  /** @throws EnvironmentError before the first reset; SpaceValueError for an action other than 0 and 1 */
  step(action: number): Step<NDArray> {
    if (this.steps < 0) {
      throw new EnvironmentError('step before the first reset', { member: 'step', remedy: 'call reset() first' });
    }
    this.move(this.actionSpace.coerce(action) === 1 ? FORCE : -FORCE);
    this.steps++;
    const [x, , theta] = this.doubles;
    const terminated = x < -MAX_PLACE || x > MAX_PLACE || theta < -MAX_ANGLE || theta > MAX_ANGLE;
    // As in Gymnasium: steps beyond the end bring nothing.
    const reward = terminated && this.hasFallen ? 0 : 1;
    this.hasFallen ||= terminated;
    return [this.observation(), reward, terminated, this.steps >= this.maxEpisodeSteps, {}];
  }

  /** Euler's method. The order of the operations is Gymnasium's, since the bits depend on it. */
  private move(force: number): void {
    const [x, xDot, theta, thetaDot] = this.doubles;
    const cosTheta = cos(theta);
    const sinTheta = sin(theta);
    const push = (force + POLE_MASS_LENGTH * (thetaDot * thetaDot) * sinTheta) / TOTAL_MASS;
    const thetaAcceleration =
      (GRAVITY * sinTheta - cosTheta * push) / (LENGTH * (4 / 3 - (MASS_POLE * (cosTheta * cosTheta)) / TOTAL_MASS));
    const xAcceleration = push - (POLE_MASS_LENGTH * thetaAcceleration * cosTheta) / TOTAL_MASS;
    this.doubles[0] = x + TAU * xDot;
    this.doubles[1] = xDot + TAU * xAcceleration;
    this.doubles[2] = theta + TAU * thetaDot;
    this.doubles[3] = thetaDot + TAU * thetaAcceleration;
  }

  private observation(): NDArray {
    return new NDArray(Float32Array.from(this.doubles), [4], 'float32');
  }
}
