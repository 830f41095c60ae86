/** `mirrorflow/bridge`: Gymnasium from Node, with its spaces. Loads nothing of the agent. */
export * from '../bridge/index.js';
export * from '../spaces/index.js';
