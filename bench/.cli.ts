import { flowCommand } from '../src/cli/flow.js';
import { reportError } from '../src/cli/errors.js';
try { await flowCommand().parseAsync(process.argv.slice(2),{from:'user'}) } catch (e) { process.exitCode=reportError(e) }
