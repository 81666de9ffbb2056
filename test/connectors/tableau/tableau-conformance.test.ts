import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requests } from '../../../src/records/requests.js';
import { usage } from '../../../src/records/usage.js';
import { folderContents } from '../../conformance/folder-contents.js';
import { describeSinkConformance } from '../../conformance/sink-conformance.js';
import { openSink } from './tableau-folder.js';

for (const layout of ['single', 'daily'] as const) {
  describeSinkConformance(`tableau-csv (layout ${layout})`, async () => {
    const home = await mkdtemp(join(tmpdir(), 'tableau-'));
    const out = join(home, 'out');
    return {
      open: async () => openSink(out, { layout, streams: [usage, requests] }),
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
      dispose: () => rm(home, { recursive: true }),
    };
  });
}
