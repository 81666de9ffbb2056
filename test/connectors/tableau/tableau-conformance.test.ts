import { join } from 'node:path';
import { describe, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { fileSinkUnderTest } from '../../../connectors/testing/file-sink-under-test.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { openSink } from './tableau-folder.js';

for (const layout of ['single', 'daily'] as const) {
  describeSinkConformance({ describe, it }, `tableau-csv (layout ${layout})`, () =>
    fileSinkUnderTest((cwd) => openSink(join(cwd, 'out'), { layout, streams: [usage, requests] })),
  );
}
