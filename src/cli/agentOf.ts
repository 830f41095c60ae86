import { Agent, type AgentState, type Checkpoint } from '../agent/index.js';
import type { Space } from '../spaces/index.js';

/** The agent of a checkpoint with its policy, to act with and not to train. */
export function agentOf({ config, state }: Checkpoint, observationSpace: Space, actionSpace: Space): Agent {
  const saved = state.agent as AgentState;
  const agent = new Agent(config, observationSpace, actionSpace, saved.scaling);
  agent.policy.w.set(saved.w);
  return agent;
}
