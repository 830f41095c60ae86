import { Agent, type AgentState, type Checkpoint } from '../agent/index.js';
import type { Space } from '../spaces/index.js';

/** The agent of a checkpoint. All of it is restored: learned features are the critic's, and the policy is nothing without them. */
export function agentOf({ config, state }: Checkpoint, observationSpace: Space, actionSpace: Space): Agent {
  const saved = state.agent as AgentState;
  const agent = new Agent(config, observationSpace, actionSpace, saved.scaling);
  agent.restore(saved);
  return agent;
}
