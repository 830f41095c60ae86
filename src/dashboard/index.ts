export { Dashboard, type End } from './dashboard.js';
