import type { SinkContext } from '../catalogue/sink-type.js';
import { isObjectUrl, locationOf } from '../files/location.js';
import type { Output } from '../files/output.js';
import { OutputFolder } from '../files/output-folder.js';

/** What a sink owns by its setting `path`: a folder, or what is below a prefix of an object store. Contacts nobody. */
export async function outputAt(path: string, context: SinkContext): Promise<Output> {
  if (!isObjectUrl(path)) return folderAt(path, context);
  const { objectFolder } = await import('../objects/object-folder.js');
  return objectFolder(path, context);
}

export function folderAt(path: string, { cwd, clock }: Pick<SinkContext, 'cwd' | 'clock'>): OutputFolder {
  return new OutputFolder(locationOf(cwd, path), { clock });
}
