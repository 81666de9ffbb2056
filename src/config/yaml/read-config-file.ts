import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ExportError } from '../../errors/export-error.js';

/** The text of a configuration file; an {@link ExportError} that says in a sentence why there is none. */
export async function readConfigFile(file: string, cwd: string): Promise<string> {
  const bytes = await readBytes(file, cwd);
  if (bytes.length > LARGEST) {
    throw unreadable(`${file} is larger than 1 MiB, which no configuration file is.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(`${file} is not a text file in UTF-8.`, cause);
  }
}

const LARGEST = 1_048_576;

async function readBytes(file: string, cwd: string): Promise<Buffer> {
  try {
    await using handle = await open(resolve(cwd, file), 'r');
    const chunks: Buffer[] = [];
    let length = 0;
    // Not by the file's stated size: a pipe has none.
    for await (const chunk of handle.createReadStream({ end: LARGEST, autoClose: false })) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > LARGEST) break;
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw unreadable(sentenceFor(file, (cause as NodeJS.ErrnoException).code), cause);
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
