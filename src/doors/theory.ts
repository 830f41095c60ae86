/** `mirrorflow/theory`: the paper's objects, computed exactly, its flow and its certificates (docs/theory.md). */
export * from '../theory/index.js';
