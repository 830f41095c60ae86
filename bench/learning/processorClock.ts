import { readdirSync, readFileSync } from 'node:fs';

/** Processor time of a training run; Linux only, as it reads /proc. */
export class ProcessorClock {
  private children: string[] = [];

  /** Training begins: the processes that stand now are the environments'. An evaluation starts its own later, which are not counted. */
  start(): void {
    this.children = readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
  }

  /** Seconds of this process so far, all its threads together. */
  own(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  /** Seconds of the environments' processes so far, to a hundredth. */
  environments(): number {
    return this.children.reduce((sum, pid) => {
      // After the name in brackets, user and system time are the 12th and 13th field.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    }, 0);
  }
}
