/** What an error of the operating system means, and what can be done. */
const meanings: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free some space there'],
  EDQUOT: ['the disk quota is used up', 'free some space there'],
  EFBIG: ['the file would be larger than is allowed', 'raise the limit (ulimit -f)'],
  EROFS: ['its file system is read-only', 'give a folder that can be written'],
  EACCES: ['permission is denied', 'give a path that this user may use, or change its permissions'],
  EPERM: ['the operation is not permitted', 'give a path that this user may use, or change its permissions'],
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'give another path'],
  EISDIR: ['it is a folder, not a file', 'give the path of a file'],
  EEXIST: ['it exists already', 'give another path, or remove it'],
  ENAMETOOLONG: ['the path is too long', 'give a shorter one'],
  ELOOP: ['its symbolic links go in a circle', 'check the path'],
  EMFILE: ['this process has too many open files', 'raise the limit (ulimit -n)'],
  ENFILE: ['the system has too many open files', 'end other programs, or raise its limit'],
  ENOMEM: ['there is not enough memory', 'end other programs, or give the process more'],
  EAGAIN: ['the system has no room for it now', 'end other programs, or raise the limit of processes (ulimit -u)'],
  EIO: ['the device failed', 'check the disk'],
  EBUSY: ['it is in use', 'end the program that uses it'],
  EADDRINUSE: ['the address is in use', 'give another one, or end the program that has it'],
  EADDRNOTAVAIL: ['this machine does not have the address', 'give one of its own'],
  EPIPE: ['its reader has ended', 'start it again with a reader that stays'],
};

/** What is wrong with a path itself, rather than with the state of the machine: trying again does not help. */
const pathMistakes = new Set('ENOENT ENOTDIR EISDIR EEXIST EACCES EPERM EROFS ENAMETOOLONG ELOOP'.split(' '));

/** Whether an error was raised by the operating system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof Error && typeof code === 'string' && typeof syscall === 'string';
}

/** Whether the path that was given is the fault, so that the same again fails again. */
export function isPathMistake(error: NodeJS.ErrnoException): boolean {
  return error.path !== undefined && pathMistakes.has(error.code!);
}

/**
 * An error of the operating system as one sentence: what could not be done, where, why, and a remedy.
 * @param where the file or address, where the error does not name it
 */
export function describeSystemError(error: NodeJS.ErrnoException, where?: string): string {
  const { code, syscall, path } = error;
  const [what, remedy] = meaning(error);
  const place = path ?? where;
  return `cannot ${syscall} ${place === undefined ? '' : `${place}: `}${what} (${code}); ${remedy}.`.replace(
    / {2,}/g,
    ' ',
  );
}

function meaning({ code, message }: NodeJS.ErrnoException): readonly [string, string] {
  return meanings[code!] ?? [message, 'see the manual of the operating system for this error'];
}
