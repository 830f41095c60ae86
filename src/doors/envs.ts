/** `mirrorflow/envs`: environments in TypeScript, with the spaces that they need. */
export * from '../envs/index.js';
export * from '../spaces/index.js';
