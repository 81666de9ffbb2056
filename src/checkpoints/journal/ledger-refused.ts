import { ExportError } from '../../errors/export-error.js';

/** What is known of deliveries cannot be read: to take it for nothing would deliver everything again. */
export function ledgerRefused(path: string, why: string): ExportError {
  return new ExportError('STATE_REFUSED', `The record of deliveries in ${path} cannot be used: ${why}.`, {
    kind: 'config',
    hint: 'Run `deepgram-export state repair`, which sets it aside and begins anew, or put back a copy of it.',
  });
}

/** A failure of the file system to read it. */
export function ledgerUnreadable(path: string, cause: unknown): ExportError {
  const { code } = cause as NodeJS.ErrnoException; // what `node:fs` throws
  return new ExportError(
    'STATE_REFUSED',
    `The record of deliveries in ${path} cannot be read: the file system answered ${code}.`,
    { kind: 'config', hint: 'Check the path and its rights.', cause },
  );
}
