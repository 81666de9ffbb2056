import { describe, it } from 'vitest';
import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { fileSinkUnderTest } from '../../../connectors/testing/file-sink-under-test.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';

for (const compression of ['none', 'gzip'] as const) {
  describeSinkConformance({ describe, it }, `ndjson (compression ${compression})`, () =>
    fileSinkUnderTest((cwd) => ndjsonSink({ path: 'out', compression }, sinkContext(cwd))),
  );
}
