export { type ServeOptions, serveAgent } from './serve.js';
export type { Chooser } from './served.js';
