export { type ServeOptions, serveAgent } from './serve.js';
