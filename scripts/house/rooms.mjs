// The rooms of src/ and the rooms each one stands on. A room imports only from itself and from the rooms below it: those it
// stands on, and those below them. `.dependency-cruiser.mjs` makes the rules of this table, `npm run house` the picture.

/** Room → the rooms it stands on. A room is a folder of src/, or the files that `files` names. */
export const standsOn = {
  numeric: [],
  spaces: ['numeric'],
  envs: ['spaces'],
  features: ['spaces'],
  measure: ['spaces'],
  policy: ['features', 'measure'],
  sampling: ['envs', 'policy'],
  actor: ['sampling'],
  critic: ['sampling'],
  config: ['spaces'],
  model: ['critic', 'config'],
  // Only the files of `agentUsesBridge` import the bridge.
  agent: ['actor', 'model', 'bridge', 'systemError', 'version'],

  'bridge/errors': ['spaces'],
  'bridge/message': ['bridge/errors'],
  'bridge/socket': ['bridge/message'],
  'bridge/lane': ['bridge/message'],
  'bridge/client': ['bridge/socket', 'bridge/lane', 'version'],
  'bridge/process': ['bridge/client'],
  'bridge/env': ['bridge/process', 'envs'],
  'bridge/server': ['bridge/socket', 'bridge/lane'],
  bridge: ['bridge/env'],

  'theory/problem': [],
  'theory/finite': ['theory/problem', 'critic'],
  'theory/lqr': ['theory/problem', 'numeric'],
  'theory/flow': ['theory/finite', 'actor', 'critic'],
  'theory/certificate': ['theory/flow'],
  'theory/baseline': ['theory/flow'],
  'theory/input': ['theory/finite', 'theory/lqr'],
  'theory/continuous': ['theory/finite'],
  theory: ['theory/certificate', 'theory/baseline', 'theory/input', 'theory/continuous'],

  // The agent beside the exact flow.
  beside: ['agent', 'theory'],
  report: ['agent', 'theory'],
  serve: ['agent', 'bridge/server'],
  dashboard: ['agent', 'report'],
  'dashboard/page': [],
  cli: ['dashboard', 'serve', 'beside'],
  // What a package of another imports: src/index.ts and the entries of package.json.
  doors: ['agent', 'theory', 'report'],
  index: ['agent'],

  systemError: [],
  version: [],
};

/** Rooms that are not all of the folder of their name: a regular expression of their files. */
const files = {
  bridge: '^src/bridge/index\\.ts$',
  'bridge/errors': '^src/bridge/errors\\.ts$',
  dashboard: '^src/dashboard/[^/]+$',
  theory: '^src/theory/(?!(errors|problem)\\.ts$)[^/]+$',
  'theory/problem': '^src/theory/(errors|problem)\\.ts$',
  index: '^src/index\\.ts$',
  systemError: '^src/systemError\\.ts$',
  version: '^src/version\\.ts$',
};

export const rooms = Object.keys(standsOn);
/** A regular expression of a room's files. No file is in two rooms. */
export const filesOf = (room) => files[room] ?? `^src/${room}/`;
export const roomOf = (file) => rooms.find((room) => new RegExp(filesOf(room)).test(file));

/** The rooms below a room, however far. */
export function below(room) {
  return new Set(standsOn[room].flatMap((next) => [next, ...below(next)]));
}

/** Rooms that run in a browser: no `node:` module, no ZeroMQ, no global of Node's own (biome.json has the globals). */
export const pure = [
  ...['numeric', 'spaces', 'envs', 'features', 'measure', 'policy', 'sampling', 'actor', 'critic', 'model'],
  ...['theory', 'theory/problem', 'theory/finite', 'theory/lqr', 'theory/flow', 'theory/certificate'],
  ...['theory/input', 'theory/continuous', 'theory/baseline'],
  ...['config', 'agent', 'dashboard/page'],
];
/** The files of pure rooms that may use Node: they read and write files. */
export const usesNode = ['src/agent/checkpointFile.ts', 'src/config/presets.ts'];
/** The files of `agent` that may import the bridge. */
export const agentUsesBridge = ['src/agent/environments.ts'];

/** Package → the only places that import it. */
export const packages = {
  zeromq: '^src/bridge/(socket|client|server)/',
  msgpackr: '^src/(bridge/message/|agent/checkpointFile\\.ts$)',
  'pure-rand': '^src/numeric/',
  'ml-matrix': '^src/(numeric|theory)/',
  zod: '^src/(config/|critic/|agent/checkpoint\\.ts$)',
  vega: '^src/report/',
  'vega-lite': '^src/report/',
  gifenc: '^src/report/',
  fflate: '^src/theory/input/',
  pdfkit: '^src/report/',
  commander: '^src/cli/',
  'cli-progress': '^src/cli/',
  picocolors: '^src/cli/',
};
