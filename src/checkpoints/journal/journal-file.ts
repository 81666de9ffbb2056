import { ExportError } from '../../errors/export-error.js';
import { whyNotRead } from '../../files/file-error.js';
import { readRegularFile } from '../../files/regular-file.js';

/** The bytes of a file of the journal; undefined where there is none. */
export async function readJournalFile(path: string): Promise<Buffer | undefined> {
  return readRegularFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    const message = `The record of deliveries in ${path} cannot be read: ${whyNotRead(cause)[0]}.`;
    throw new ExportError('STATE_REFUSED', message, {
      kind: 'config',
      hint: 'Check the path and its rights.',
      cause,
    });
  });
}

/** What is known of deliveries cannot be used: to take it for nothing would deliver everything again. */
export function journalRefused(path: string, why: string): ExportError {
  return new ExportError('STATE_REFUSED', `The record of deliveries in ${path} cannot be used: ${why}.`, {
    kind: 'config',
    hint:
      'Put back a copy of it, or run `deepgram-export state repair`, which sets it aside: what was sent of that day may ' +
      'then arrive twice, and is counted.',
  });
}
