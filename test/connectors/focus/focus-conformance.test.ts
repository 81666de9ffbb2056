import { describe, it } from 'vitest';
import { billing } from '../../../connectors/deepgram/streams/billing.js';
import { focusSettings } from '../../../connectors/focus/focus-settings.js';
import { focusSink } from '../../../connectors/focus/focus-sink.js';
import { fileSinkUnderTest } from '../../../connectors/testing/file-sink-under-test.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';

describeSinkConformance({ describe, it }, 'focus', () =>
  fileSinkUnderTest((cwd) =>
    focusSink(focusSettings.parse({ path: 'out' }), sinkContext(cwd, { streams: [billing] })),
  ),
);
