import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Command } from 'commander';
import pc from 'picocolors';
import { Env, findPython } from '../bridge/index.js';
import { PYTHON_PACKAGE } from '../bridge/process/python.js';

/** One thing that must be in order: what was found, or what is wrong and how to fix it. */
interface Finding {
  name: string;
  ok: boolean;
  found: string;
  remedy?: string;
}

/** `mirrorflow doctor`: checks what the tool needs, each with its remedy. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check Node, Python, their packages and a round trip over the bridge')
    .option('--python <path>', 'Python to check (default: the one that would be used)')
    .option('--json', 'print one JSON object')
    .action(async (options: { python?: string; json?: boolean }) => {
      const python = findPython(options.python);
      const findings = [nodeVersion(), ...nodePackages(), ...pythonFindings(python), await roundTrip(python)];
      if (options.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
      else for (const finding of findings) process.stdout.write(line(finding));
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

function line({ name, ok, found, remedy }: Finding): string {
  const mark = ok ? pc.green('ok') : pc.red('no');
  return `${mark}  ${name.padEnd(18)} ${found}\n${remedy ? `    ${pc.yellow(`to fix it: ${remedy}`)}\n` : ''}`;
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const ok = major > 20 || (major === 20 && minor >= 12);
  const remedy = 'install Node 20.12 or newer';
  return { name: 'Node', ok, found: process.versions.node, ...(ok ? {} : { remedy }) };
}

function nodePackages(): Finding[] {
  const require = createRequire(import.meta.url);
  return ['zeromq', 'msgpackr'].map((name) => {
    try {
      require(name);
      return { name, ok: true, found: 'loads' };
    } catch (error) {
      const found = (error as Error).message.split('\n')[0];
      return { name, ok: false, found, remedy: 'npm ci (in your own project: npm install mirrorflow)' };
    }
  });
}

const PROBE = `
import importlib.metadata as m, json, sys
names = ["mirrorflow_bridge", "gymnasium", "pyzmq", "msgpack", "numpy"]
def version(name):
    try:
        return m.version(name)
    except m.PackageNotFoundError:
        return None
print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], "packages": {n: version(n) for n in names}}))
`;

function pythonFindings(python: string): Finding[] {
  const remedyPython =
    'install Python 3.10 or newer with venv (Debian, Ubuntu: apt-get install python3 python3-venv), or set MIRRORFLOW_PYTHON';
  const run = spawnSync(python, ['-c', PROBE], { encoding: 'utf8', timeout: 30_000 });
  if (run.status !== 0) {
    const found = run.error ? run.error.message : run.stderr.trim().split('\n').at(-1)!;
    return [{ name: 'Python', ok: false, found: `${python}: ${found}`, remedy: remedyPython }];
  }
  const probe = JSON.parse(run.stdout) as { python: string; packages: Record<string, string | null> };
  const [major, minor] = probe.python.split('.').map(Number) as [number, number];
  const ok = major > 3 || (major === 3 && minor >= 10);
  const first: Finding = {
    name: 'Python',
    ok,
    found: `${probe.python} (${python})`,
    ...(ok ? {} : { remedy: remedyPython }),
  };
  const packages = Object.entries(probe.packages).map(([name, version]) => {
    const where = name === 'mirrorflow_bridge' ? PYTHON_PACKAGE : name;
    const remedy = `${python} -m pip install ${where}`;
    return { name, ok: version !== null, found: version ?? 'not installed', ...(version === null ? { remedy } : {}) };
  });
  return [first, ...packages];
}

const ROUNDS = 100;

async function roundTrip(python: string): Promise<Finding> {
  const name = 'bridge';
  let env: Env | undefined;
  try {
    env = await Env.make('CartPole-v1', { python, timeout: 20_000 });
    await env.reset({ seed: 0 });
    await env.step(0);
    const started = performance.now();
    for (let i = 0; i < ROUNDS; i++) await env.reset({ seed: i });
    const micros = ((performance.now() - started) / ROUNDS) * 1000;
    return { name, ok: true, found: `CartPole-v1 runs over it; a reset takes ${micros.toFixed(0)} µs` };
  } catch (error) {
    return { name, ok: false, found: (error as Error).message, remedy: 'fix the lines above first' };
  } finally {
    await env?.close();
  }
}
