import { constants } from 'node:fs';
import type { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { readError } from '../../../src/files/file-error.js';
import { openRegularFile } from '../../../src/files/regular-file.js';

/** A file of a package: a text, or a copy of one that is there. */
export type PackagedFile = { readonly name: string } & (
  | { readonly text: string }
  | { readonly path: string }
);

/** A zip of these files, a piece at a time, however large they are. The same files give the same bytes. */
export async function* zipped(files: readonly PackagedFile[]): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  // Safe: that is what it makes.
  const out = zip.outputStream as PassThrough;
  zip.on('error', (error) => out.destroy(error));
  let source: Readable | undefined;
  for (const file of files) {
    if ('text' in file) zip.addBuffer(Buffer.from(file.text), file.name, ENTRY);
    else {
      zip.addReadStreamLazy(file.name, ENTRY, (take) => {
        openForReading(file.path).then(
          (stream) => {
            source = stream.on('error', (error) => out.destroy(readError(file.path, error)));
            take(null, source);
          },
          (error) => out.destroy(error),
        );
      });
    }
  }
  zip.end();
  try {
    yield* out;
  } finally {
    source?.destroy();
  }
}

/** The time is that of no file and of no zone; level 1, as for gzip: more takes long and makes little smaller. */
const ENTRY = {
  mtime: new Date(1980, 0, 1),
  mode: 0o100644,
  forceDosTimestamp: true,
  compressionLevel: 1,
};

/** No link is followed. */
async function openForReading(path: string): Promise<Readable> {
  const handle = await openRegularFile(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) => {
    throw readError(path, error);
  });
  return handle.createReadStream();
}
