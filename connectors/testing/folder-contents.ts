import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Every file below a folder by its path, as text; compressed ones as what is in them. Empty for no folder. */
export async function folderContents(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const contents: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    contents[relative(root, path)] = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  }
  return contents;
}
