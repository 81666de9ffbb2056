import { ExportError } from '../../errors/export-error.js';
import { fileError } from '../../files/file-error.js';

/** Without its lock a state cannot be used: nothing has been read or delivered yet. */
export function lockError(file: string, cause: unknown): ExportError {
  const error = fileError(file, cause);
  if (error.code === 'STATE_REFUSED' || error.kind === 'interrupted') return error;
  const { message, hint } = error;
  return new ExportError('STATE_REFUSED', message, {
    kind: 'config',
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
