import { arch, platform } from 'node:os';
import type { Command } from 'commander';
import type { Provenance } from '../../theory/flowResult.js';
import { version } from '../../version.js';

/** The command line, the date and the versions, as flow.json and reports hold them. */
export function provenance(command: Command): Provenance {
  return {
    command: commandLine(command),
    date: new Date().toISOString(),
    versions: { mirrorflow: version, node: process.versions.node, platform: `${platform()} ${arch()}` },
  };
}

/** What was given, as one line for a shell. */
function commandLine(command: Command): string {
  let root = command;
  while (root.parent !== null) root = root.parent;
  // The words of the user; Commander does not declare them.
  const { rawArgs } = root as unknown as { rawArgs: string[] };
  const name = root === command ? ['mirrorflow', command.name()] : [root.name()];
  return [...name, ...rawArgs].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
