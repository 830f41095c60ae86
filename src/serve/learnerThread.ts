/** The thread that learns, so that an act never waits for a critic. */
import { parentPort, workerData } from 'node:worker_threads';
import { Learner } from './learner.js';
import type { FromLearner, Start, ToLearner } from './messages.js';

const learner = new Learner(workerData as Start);

parentPort!.on('message', (message: ToLearner) => {
  if (message.type === 'forget') {
    learner.forget(message.stream);
    return;
  }
  const { id } = message;
  let answer: FromLearner;
  try {
    const value =
      message.type === 'learn' ? learner.learn(message.stream, message.batch) : learner.save(message.extras);
    answer = { id, value };
  } catch (error) {
    answer = { id, error: error as Error };
  }
  parentPort!.postMessage(answer);
});
