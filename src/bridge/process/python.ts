import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCTOR, type ExitStatus, ServerStartError } from '../errors.js';

/** The least Python version that the server runs on. */
const OLDEST = [3, 10] as const;

/** The folder of the Python package that belongs to this one, in a clone and in node_modules alike. */
export const PYTHON_PACKAGE = fileURLToPath(new URL('../../../python_bridge', import.meta.url));

/**
 * The Python that servers are started with: `given`, else MIRRORFLOW_PYTHON, else `.venv` of the working directory, else
 * `.venv` of this package's own directory, else `python3`.
 */
export function findPython(given?: string): string {
  const chosen = given ?? process.env.MIRRORFLOW_PYTHON;
  if (chosen) return chosen;
  const own = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
  const candidates = [join(process.cwd(), '.venv', 'bin', 'python'), own];
  return candidates.find((path) => existsSync(path)) ?? 'python3';
}

/** The error for a Python that could not be run at all. */
export function pythonNotFound(python: string, cause: NodeJS.ErrnoException): ServerStartError {
  return new ServerStartError('PythonNotFound', `cannot run the Python '${python}' (${cause.code}).`, {
    expected: `Python ${OLDEST.join('.')} or newer, in the option python, MIRRORFLOW_PYTHON, .venv or as python3`,
    remedy: `Install Python, or name it by the option python or MIRRORFLOW_PYTHON; ${DOCTOR}.`,
    cause,
  });
}

/** Finds out why a server ended before it answered: an old Python, a package that is missing, or what stderr says. */
export async function explainExit(
  python: string,
  exitStatus: ExitStatus,
  stderrTail: readonly string[],
): Promise<ServerStartError> {
  const version = await pythonVersion(python);
  if (version && (version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1]))) {
    return new ServerStartError('PythonTooOld', `'${python}' is Python ${version.join('.')}.`, {
      expected: `Python ${OLDEST.join('.')} or newer`,
      remedy: `Name a newer one by the option python or MIRRORFLOW_PYTHON; ${DOCTOR}.`,
      exitStatus,
      stderrTail,
    });
  }
  const missing = /No module named '?([\w.]+)'?/.exec(stderrTail.join('\n'))?.[1];
  if (missing) {
    return new ServerStartError('MissingPackage', `'${python}' has no Python package ${missing}.`, {
      remedy: missing.startsWith('mirrorflow_bridge')
        ? `${python} -m pip install ${PYTHON_PACKAGE}; ${DOCTOR}.`
        : `${python} -m pip install ${missing.split('.')[0]}; ${DOCTOR}.`,
      exitStatus,
      stderrTail,
    });
  }
  const how = exitStatus.signal ? `was killed by ${exitStatus.signal}` : `ended with exit status ${exitStatus.code}`;
  const noPython = version ? '' : ' It does not answer as a Python, either.';
  return new ServerStartError(
    'ExitedAtStart',
    `'${python} -m mirrorflow_bridge' ${how} before it answered.${noPython}`,
    {
      remedy: `${DOCTOR}.`,
      exitStatus,
      stderrTail,
    },
  );
}

/** Major and minor version, or undefined if the program does not say so within five seconds. */
function pythonVersion(python: string): Promise<number[] | undefined> {
  return new Promise((resolve) => {
    execFile(
      python,
      ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'],
      { timeout: 5_000 },
      (error, stdout) => {
        const match = /^(\d+)\.(\d+)\s*$/.exec(error ? '' : stdout);
        resolve(match ? [Number(match[1]), Number(match[2])] : undefined);
      },
    );
  });
}
