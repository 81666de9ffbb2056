import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sink } from '../../src/catalogue/sink.js';
import { folderContents } from './folder-contents.js';
import type { SinkUnderTest } from './sink-under-test.js';

/** A sink whose destination is the folder `out` in `cwd`, which is made for one test. */
export async function fileSinkUnderTest(open: (cwd: string) => Sink): Promise<SinkUnderTest> {
  const cwd = await mkdtemp(join(tmpdir(), 'sink-'));
  const out = join(cwd, 'out');
  return {
    open: async () => open(cwd),
    contents: () => folderContents(out),
    // A file where the folder should be fails for every user, root included.
    breakDown: async () => {
      await rename(out, `${out}.away`).catch(() => {});
      await writeFile(out, 'in the way');
    },
    mend: async () => {
      await rm(out);
      await rename(`${out}.away`, out).catch(() => {});
    },
    clear: () => rm(out, { recursive: true, force: true }),
    dispose: () => rm(cwd, { recursive: true }),
  };
}
