export type { MirrorStep } from '../actor/mirrorDescent.js';
export type { Schedule, StepCount } from '../critic/schedule.js';
export type { Measure } from '../measure/measure.js';
export { dormandPrince, type VectorField } from '../numeric/dormandPrince.js';
export { gaussHermite, gaussLegendre, type Quadrature } from '../numeric/quadrature.js';
export type { Trajectory } from '../numeric/trajectory.js';
export type { AgentPath, AgentResult, SeedResult } from './agentResult.js';
export { type Baseline, type BaselineKey, type CostUnit, costUntil } from './baseline/baseline.js';
export { type BaselineOptions, baselines } from './baseline/baselines.js';
export {
  type Limits,
  movedReference,
  naturalPolicyGradient,
  optimalBellman,
  policyIteration,
  softQIteration,
} from './baseline/exactMethods.js';
export { type RestartOptions, restartedActorCritic } from './baseline/restarts.js';
export { softQLearning } from './baseline/softQLearning.js';
export { type Certificate, certify } from './certificate/certificate.js';
export { fitRate, type Rate } from './certificate/decayRate.js';
export {
  certifyDiscrete,
  type DiscreteCertificate,
  type DiscreteEntry,
} from './certificate/discrete/certifyDiscrete.js';
export type { LyapunovChoice } from './certificate/discrete/lyapunov.js';
export { type SelfTest, type SelfTestOptions, selfTest } from './certificate/discrete/selfTest.js';
export type { CertificateEntry, CertificateKey, Verdict } from './certificate/entry.js';
export { judgeGapBounds, judgeWithoutA3 } from './certificate/judgeBounds.js';
export { judgeTheoremTwo } from './certificate/judgeTheoremTwo.js';
export { diagnosePath, diagnosisKeys, type PathDiagnosis } from './certificate/pathDiagnosis.js';
export { gapRounding, isWithin, type ProblemSizes, roundingFloor } from './certificate/rounding.js';
export { contraction, derivedConstants, fittedConstants, type StabilityConstants } from './certificate/theoremOne.js';
export { leastK2, logTheoremTwoBound, type TheoremTwoConstants, theoremTwoBound } from './certificate/theoremTwo.js';
export { boundWithoutA3, boundWithSplit, type ErrorFloor, errorFloor } from './certificate/withoutA3.js';
export { boundWithSchedule } from './certificate/withSchedule.js';
export { banditOnInterval, banditProcess, driftOnInterval, driftProcess } from './continuous/builtin.js';
export { type ContinuousOptions, type ContinuousProblem, continuousProblem } from './continuous/continuousProblem.js';
export type { ContinuousProcess, DensityBox } from './continuous/process.js';
export type { Box, Normal, Point, Region } from './continuous/region.js';
export { type DiscreteResult, type DiscreteRunOptions, discreteRun } from './discreteResult.js';
export { MdpError } from './errors.js';
export { baird, garnet, linearMdp, type RandomSizes, randomWalk, twoState } from './finite/builtin.js';
export { criticSystem } from './finite/criticSystem.js';
export { actionValue, bellman, occupancy, semiGradient, stateOccupancy, value } from './finite/exact.js';
export { aggregate, type FiniteFeatures, scaledFeatures, tabular, tabulate } from './finite/finiteFeatures.js';
export { finiteHorizonOptimum, finiteHorizonReturn } from './finite/finiteHorizon.js';
export {
  type CellKind,
  type FiniteMdp,
  finiteMdp,
  type MdpDescription,
  type SparseRows,
  type Successor,
} from './finite/finiteMdp.js';
export { type FinitePolicy, klDivergence, policyFrom, policyOf } from './finite/finitePolicy.js';
export { type FiniteExtras, finiteProblem, resetBeta, uniformBeta } from './finite/finiteProblem.js';
export { featureNorm } from './finite/fixedPoint.js';
export { type GapBounds, gapBoundFrom, gapBounds } from './finite/gapBounds.js';
export { fromTransitions, type TransitionTable } from './finite/gymnasium.js';
export { perturbedProblem } from './finite/perturbed.js';
export { type Residual, residualIn } from './finite/projection.js';
export { mayTerminate, occupiedPairs, reachableStates } from './finite/reach.js';
export {
  type Estimate,
  estimateBellman,
  estimateOccupancy,
  estimateSemiGradient,
  type Simulation,
  samplePair,
  type TransitionSampler,
  transitionSampler,
} from './finite/sampler.js';
export type { Continuum, FiniteProblem, FiniteSetting, Optimum } from './finite/setting.js';
export { softOptimal } from './finite/softOptimal.js';
export {
  type DiscreteOptions,
  type DiscretePath,
  defaultCriticStep,
  discreteFlow,
  provedCriticStep,
} from './flow/discrete.js';
export { type Eta, explicitFlow, type FlowOptions, implicitFlow, type Path, sampleTimes } from './flow/flow.js';
export { logDensityFlow } from './flow/logDensityFlow.js';
export { type SampledOptions, sampledFlow } from './flow/sampledFlow.js';
export { type FlowResult, flow, type Provenance } from './flowResult.js';
export { readData } from './input/file.js';
export type { LawChoice, LawChoices } from './input/lawChoice.js';
export type { NamedProcess, ProblemDescription, ProcessDescription } from './input/process.js';
export { type RegulatorDescription, regulatorFrom } from './input/regulator.js';
export type { TensorLike } from './input/tensor.js';
export type { SparseLike, Termination } from './input/transitions.js';
export { type LabOptions, type LabRun, runLab } from './lab.js';
export { type GaussianPolicy, type Lqr, type LqrOptimum, planarLqr, scalarLqr, solveRiccati } from './lqr/lqr.js';
export { type LqrProblem, lqrProblem } from './lqr/lqrProblem.js';
export type { Quadratic } from './lqr/quadratic.js';
export {
  builtinNames,
  builtinProblem,
  type ProblemOptions,
  problemFrom,
  processProblem,
  regulatorProblem,
} from './named.js';
export type { Diagnosis, ExactProblem, FlowProblem, LawNames } from './problem.js';
export {
  type SweepOptions,
  type SweepParameter,
  type SweepResult,
  type SweepRun,
  sweep,
  sweepParameters,
} from './sweep.js';
