/** The number of this process; containers of an image all have number 1. */
export const OWN_PID = process.pid;

/** Windows cannot open a folder, and so not sync it. */
export const CAN_SYNC_FOLDERS = process.platform !== 'win32';

/** Windows says of every file that everybody may read it. */
export const HAS_MODES = process.platform !== 'win32';

/** False where no process of this machine has the number. One that has it may be another than the one meant. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it lives, and is somebody else's
  }
}
