import { constants, createReadStream, type ReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ExportError } from '../../errors/export-error.js';
import { whyNotRead } from '../../files/file-error.js';
import { NotAFileError, openRegularFile } from '../../files/regular-file.js';

const LARGEST = 1_048_576;

/** What a file is read as. */
export interface Kind {
  /** `configuration file`, … */
  readonly what: string;
  /** What to do where it is none. */
  readonly hint: string;
}

export const CONFIG_FILE: Kind = {
  what: 'configuration file',
  hint: 'Name a YAML file with -c; `deepgram-export init` writes one to start from.',
};

/** The text of a small file that the user has named; an {@link ExportError} that says in a sentence why there is none. */
export async function readText(file: string, cwd: string, { what, hint }: Kind): Promise<string> {
  const unreadable = (message: string, cause?: unknown) =>
    new ExportError('CONFIG_INVALID', message, { kind: 'config', hint, cause });
  const bytes = await beginningOf(resolve(cwd, file)).catch((cause) => {
    throw unreadable(sentenceFor(file, what, cause), cause);
  });
  if (bytes.length > LARGEST) {
    throw unreadable(`${file} is larger than 1 MiB, which no ${what} is.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(`${file} is not a text file in UTF-8.`, cause);
  }
}

/** Where the relative paths of a configuration start: at its folder, and of one from a pipe at the working directory. */
export function folderOfConfig(file: string, cwd: string): string {
  const path = resolve(cwd, file);
  return OWN_DESCRIPTOR.test(path) ? cwd : dirname(path);
}

/** Not by a file's stated size: a pipe has none. `end` is a byte that is read too. */
async function beginningOf(path: string): Promise<Buffer> {
  return buffer(await streamOf(path, { end: LARGEST }));
}

/** Whoever started the program has opened the other end of its own pipes, and of no other. */
async function streamOf(path: string, options: { readonly end: number }): Promise<ReadStream> {
  if (OWN_DESCRIPTOR.test(path)) return createReadStream(path, options);
  return (await openRegularFile(path, constants.O_RDONLY)).createReadStream(options);
}

/** As `-c /dev/stdin` and `-c <(…)` have it. */
const OWN_DESCRIPTOR = /^\/dev\/(?:stdin|fd\/\d+)$/;

function sentenceFor(file: string, what: string, cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file ${file}.`;
    case 'EACCES':
    case 'EPERM':
      return `${file} cannot be read: permission denied.`;
    default:
      if (cause instanceof NotAFileError) return `${file} is ${cause.what}, not a ${what}.`;
      return `${file} cannot be read: ${whyNotRead(cause)[0]}.`;
  }
}
