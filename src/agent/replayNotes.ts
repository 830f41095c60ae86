/** Seconds of a replay after which what is left of it can be told. */
const TELL_AFTER = 1;

/**
 * Tells what a replay has to do, and once how long it will take where that is more than a moment.
 * @param length steps of each environment
 * @returns to be called after each step, with the number of steps done
 */
export function replayNotes(length: number, note: (message: string) => void): (done: number) => void {
  if (length > 0) {
    note(
      `replaying ${length} steps of each environment, to where the checkpoint left them ` +
        '(--fresh-envs, or `freshEnvs` of train(), goes on with new ones at once)',
    );
  }
  const started = performance.now();
  let told = false;
  return (done) => {
    const seconds = (performance.now() - started) / 1000;
    if (told || seconds < TELL_AFTER) return;
    told = true;
    note(`the replay takes about ${Math.ceil((seconds * (length - done)) / done)} s more`);
  };
}
