/** Why something could not be opened: a file, a socket, a look at the name service. Continues a sentence. */
export const TOO_MANY_FILES = 'not as many files can be open here as the program needs';
/** What to do about it. */
export const TOO_MANY_FILES_HINT =
  'Raise the limit: `ulimit -n 1024` in the shell that starts it, or LimitNOFILE of its service.';

/** True where this process, or the machine, has no file descriptor left: sockets and name lookups take them as well. */
export function isTooManyFiles(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException; // what Node throws; of anything else undefined
  return code === 'EMFILE' || code === 'ENFILE';
}
