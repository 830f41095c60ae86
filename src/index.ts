export * from './agent/index.js';
export * from './bridge/index.js';
export * from './spaces/index.js';
