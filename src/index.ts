export * from './agent/index.js';
export * from './bridge/index.js';
export * from './spaces/index.js';
/** The theory lab (docs/theory.md). */
export * as theory from './theory/index.js';
