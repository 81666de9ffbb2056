import { ExportError } from '../../errors/export-error.js';
import { whyNotRead } from '../../files/file-error.js';
import { readRegularFile } from '../../files/regular-file.js';
import { Secret } from '../../secrets/secret.js';

/**
 * What is in a file that a variable names. It is read each time that it is needed, since it is renewed beside us.
 *
 * @throws ExportError that names both
 */
export async function readTokenFile(variable: string, path: string): Promise<Secret> {
  const text = await readRegularFile(path).catch((error) => {
    const [why, hint] = whyNotRead(error);
    throw refused(variable, path, why, hint);
  });
  const token = text.toString().trim();
  if (!/^[!-~]+$/.test(token)) throw refused(variable, path, 'it holds no token', 'Check what renews it.');
  return new Secret(token);
}

function refused(variable: string, path: string, why: string, hint: string): ExportError {
  const message = `There are no keys to the object store: ${path}, which ${variable} names, cannot be used: ${why}.`;
  return new ExportError('CONFIG_INVALID', message, { kind: 'auth', hint });
}
