import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ExportError } from '../../errors/export-error.js';

const LARGEST = 1_048_576;

/** The text of a configuration file; an {@link ExportError} that says in a sentence why there is none. */
export async function readConfigFile(file: string, cwd: string): Promise<string> {
  // Not by the file's stated size: a pipe has none. `end` is a byte that is read too.
  const bytes = await buffer(createReadStream(resolve(cwd, file), { end: LARGEST })).catch((cause) => {
    throw unreadable(sentenceFor(file, cause.code), cause);
  });
  if (bytes.length > LARGEST) {
    throw unreadable(`${file} is larger than 1 MiB, which no configuration file is.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(`${file} is not a text file in UTF-8.`, cause);
  }
}

function sentenceFor(file: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file ${file}.`;
    case 'EISDIR':
      return `${file} is a folder, not a configuration file.`;
    case 'EACCES':
    case 'EPERM':
      return `${file} cannot be read: permission denied.`;
    default:
      return `${file} cannot be read (${code ?? 'unknown reason'}).`;
  }
}

function unreadable(message: string, cause?: unknown): ExportError {
  return new ExportError('CONFIG_INVALID', message, {
    kind: 'config',
    hint: 'Name a YAML file with -c; `deepgram-export init` writes one to start from.',
    cause,
  });
}
