// `npm start`: sets up what is missing and runs the command line tool; without arguments it trains on CartPole-v1.
import { setUp } from './setup.mjs';

const args = process.argv.slice(2);
setUp({ python: !['--help', '-h', '--version', 'envs'].includes(args[0]) });
const { main } = await import('../dist/cli/main.js');
await main(args.length > 0 ? args : ['train', 'CartPole-v1']);
