import type { Profiler } from 'node:inspector';

/** Who a sample is counted for where no code of ours stands on the stack. */
const OUTSIDE: Record<string, string> = { '(idle)': 'waiting', '(garbage collector)': 'garbage collector' };

/**
 * Seconds of a CPU profile by the folder of src/ whose code ran: that of the innermost function of ours on the stack, so that what V8 or a package does for it
 * is counted with it. Besides, `waiting` (the thread sleeps until a message comes), `garbage collector`, and `other` (Node and its libraries by themselves).
 */
export function timeOf(profile: Profiler.Profile): Map<string, number> {
  const folder = new Map<number, string>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  // Parents come before their children, so a child without code of ours finds its parent's folder.
  const visit = (id: number, inherited: string) => {
    const { callFrame, children = [] } = nodes.get(id)!;
    const own = /\/src\/(\w+)\//.exec(callFrame.url)?.[1] ?? OUTSIDE[callFrame.functionName] ?? inherited;
    folder.set(id, own);
    for (const child of children) visit(child, own);
  };
  visit(profile.nodes[0].id, 'other');
  const seconds = new Map<string, number>();
  profile.samples!.forEach((id, i) => {
    const name = folder.get(id)!;
    seconds.set(name, (seconds.get(name) ?? 0) + profile.timeDeltas![i] / 1e6);
  });
  return seconds;
}
