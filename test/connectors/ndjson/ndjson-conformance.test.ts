import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { folderContents } from '../../conformance/folder-contents.js';
import { describeSinkConformance } from '../../conformance/sink-conformance.js';
import { sinkContext } from '../../conformance/sink-context.js';

for (const compression of ['none', 'gzip'] as const) {
  describeSinkConformance(`ndjson (compression ${compression})`, async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'ndjson-'));
    const out = join(cwd, 'out');
    return {
      open: async () => ndjsonSink({ path: 'out', compression }, sinkContext(cwd)),
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
      dispose: () => rm(cwd, { recursive: true }),
    };
  });
}
