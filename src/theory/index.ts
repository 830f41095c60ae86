export type { Schedule, StepCount } from '../critic/schedule.js';
export type { Measure } from '../measure/measure.js';
export { gaussHermite, gaussLegendre, type Quadrature } from '../measure/quadrature.js';
export { baird, garnet, linearMdp, randomWalk, twoState } from './builtin.js';
export { type Certificate, type CertificateEntry, certify, type Verdict } from './certificate.js';
export { banditOnInterval, driftOnInterval } from './continuous.js';
export { type DiscreteOptions, discreteFlow } from './discrete.js';
export { dormandPrince, type Trajectory, type VectorField } from './dormandPrince.js';
export { MdpError } from './errors.js';
export { actionValue, bellman, occupancy, semiGradient, stateOccupancy, value } from './exact.js';
export { aggregate, type FiniteFeatures, scaledFeatures, tabular, tabulate } from './finiteFeatures.js';
export { finiteHorizonOptimum, finiteHorizonReturn } from './finiteHorizon.js';
export { type FiniteMdp, finiteMdp, type MdpDescription, type SparseRows, type Successor } from './finiteMdp.js';
export { type FinitePolicy, klDivergence, policyFrom, policyOf } from './finitePolicy.js';
export { criticSystem, type FiniteProblem, finiteProblem, uniformBeta } from './finiteProblem.js';
export { type Eta, explicitFlow, type FlowOptions, implicitFlow, type Path, sampleTimes } from './flow.js';
export { fromTransitions, parseMdp, type TransitionTable } from './gymnasium.js';
export { type LabOptions, type LabRun, runLab } from './lab.js';
export { logDensityFlow } from './logDensityFlow.js';
export { type GaussianPolicy, type Lqr, type LqrOptimum, planarLqr, scalarLqr, solveRiccati } from './lqr.js';
export { type LqrProblem, lqrProblem } from './lqrProblem.js';
export { builtinNames, builtinProblem, type NamedProcess, type ProblemOptions, processProblem } from './named.js';
export { diagnosePath, type PathDiagnosis } from './pathDiagnosis.js';
export type { Diagnosis, ExactProblem, FlowProblem } from './problem.js';
export type { Quadratic } from './quadratic.js';
export { fitRate, type Rate } from './rate.js';
export { type SampledOptions, sampledFlow } from './sampledFlow.js';
export {
  type Estimate,
  estimateBellman,
  estimateOccupancy,
  estimateSemiGradient,
  samplePair,
  type TransitionSampler,
  transitionSampler,
} from './sampler.js';
export { type Optimum, softOptimal } from './softOptimal.js';
export { contraction, derivedConstants, fittedConstants, type StabilityConstants } from './theoremOne.js';
export { derivedK2, leastK2, theoremTwoBound } from './theoremTwo.js';
