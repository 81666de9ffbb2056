import { ndjsonSink } from '../../../connectors/ndjson/ndjson-sink.js';
import { fileSinkUnderTest } from '../../conformance/file-sink-under-test.js';
import { describeSinkConformance } from '../../conformance/sink-conformance.js';
import { sinkContext } from '../../conformance/sink-context.js';

for (const compression of ['none', 'gzip'] as const) {
  describeSinkConformance(`ndjson (compression ${compression})`, () =>
    fileSinkUnderTest((cwd) => ndjsonSink({ path: 'out', compression }, sinkContext(cwd))),
  );
}
