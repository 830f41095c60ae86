// The rules of docs/architecture.md; scripts/house/rooms.mjs has the table they are made from.
import { agentUsesBridge, below, filesOf, packages, pure, rooms, usesNode } from './scripts/house/rooms.mjs';

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const paths = (files) => files.map((file) => `^${file.replaceAll('.', '\\.')}$`);

export default {
  forbidden: [
    forbid('no-circle', 'Move what the modules of the circle share to a file below them.', {}, { circular: true }),
    forbid('resolves', 'The module is not there.', {}, { couldNotResolve: true }),
    forbid(
      'known-room',
      'The file is in no room: add its room to scripts/house/rooms.mjs.',
      { path: '^src/', pathNot: rooms.map(filesOf) },
      {},
    ),
    ...rooms.map((room) =>
      forbid(
        `arrows-${room}`,
        `${room} imports only from itself and from the rooms below it (standsOn of scripts/house/rooms.mjs).`,
        { path: filesOf(room) },
        { path: '^(src|test|bench|scripts)/', pathNot: [filesOf(room), ...[...below(room)].map(filesOf)] },
      ),
    ),
    forbid(
      'agent-bridge',
      'Of agent, only the files of agentUsesBridge (scripts/house/rooms.mjs) import the bridge: the rest runs in a browser.',
      { path: filesOf('agent'), pathNot: paths(agentUsesBridge) },
      { path: '^src/bridge/' },
    ),
    forbid(
      'envs-by-type',
      'The bridge takes only types from envs: it loads no environment written in TypeScript.',
      { path: '^src/bridge/' },
      { path: filesOf('envs'), dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'pure-node',
      'This room runs in a browser: no module of Node (usesNode of scripts/house/rooms.mjs has the exceptions).',
      { path: pure.map(filesOf), pathNot: paths(usesNode) },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'pure-files',
      'The file reads files, and this room runs in a browser.',
      { path: pure.map(filesOf), pathNot: [filesOf('agent'), filesOf('config')] },
      { path: paths([...usesNode, 'src/version.ts']) },
    ),
    forbid(
      'known-package',
      'The package is not in the list of packages of scripts/house/rooms.mjs, which says where each may be imported.',
      { path: '^src/' },
      { path: '(^|/)node_modules/', pathNot: Object.keys(packages).map((name) => `(^|/)node_modules/${name}/`) },
    ),
    ...Object.entries(packages).map(([name, path]) =>
      forbid(
        `package-${name}`,
        `${name} is imported in ${path} alone (packages of scripts/house/rooms.mjs).`,
        { pathNot: path },
        { path: `(^|/)node_modules/${name}/` },
      ),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
