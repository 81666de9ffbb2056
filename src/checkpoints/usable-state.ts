import { ExportError } from '../errors/export-error.js';

/**
 * Does something with a state that is no file. Without its state a run can do nothing, and has done nothing yet: as with
 * a file, that is for the user to mend.
 *
 * @param hint where the failure has none
 */
export async function usableState<Result>(hint: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    if (error.code.startsWith('STATE_') || error.kind === 'interrupted') throw error;
    throw new ExportError('STATE_UNREADABLE', `The state cannot be used: ${error.message}`, {
      kind: 'config',
      hint: error.hint ?? hint,
      cause: error,
    });
  }
}
