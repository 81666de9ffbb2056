import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../../catalogue/cli-context.js';
import { ExportError } from '../../errors/export-error.js';
import { whyNotWritten } from '../../files/file-error.js';

/** Writes a commented configuration; never over a file that is there. */
export async function init(
  { file }: { readonly file: string },
  { catalogue, cwd, screen }: CliContext,
): Promise<number> {
  try {
    await writeFile(resolve(cwd, file), catalogue.starterConfig(), { flag: 'wx' });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isThere ? 'it is there already' : whyNotWritten(cause)[0];
    throw new ExportError('USAGE', `${file} was not written: ${reason}.`, {
      kind: 'config',
      hint: 'Name another file: deepgram-export init FILE.',
      cause,
    });
  }
  screen.result(
    `${file} is written. Next:\n` +
      `  1. Set ${catalogue.withoutFile.variable}, and edit the file to your taste.\n` +
      `  2. deepgram-export check -c ${file}\n` +
      `  3. deepgram-export sync -c ${file}\n`,
  );
  return 0;
}
