import { describe, it } from 'vitest';
import { reportSink } from '../../../connectors/report/report-sink.js';
import { fileSinkUnderTest } from '../../../connectors/testing/file-sink-under-test.js';
import { NOW } from '../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';

// The page says when it was written.
const clock = { now: () => NOW, sleep: async () => {} };

describeSinkConformance({ describe, it }, 'report', () =>
  fileSinkUnderTest((cwd) =>
    reportSink({ path: 'out/report.html', months: 13, requests: 500 }, sinkContext(cwd, { clock })),
  ),
);
