import { rm } from 'node:fs/promises';
import { describe, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import type { Tableau } from '../../../connectors/stand-ins/tableau/tableau.js';
import { tableauPublishSettings } from '../../../connectors/tableau-publish/publish-settings.js';
import { tableauPublishSink } from '../../../connectors/tableau-publish/publish-sink.js';
import { SECRET } from '../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { SinkUnderTest } from '../../../connectors/testing/sink-under-test.js';
import { contentsOf, emptyFolder, settingsFor, startSite, TOKEN_NAME } from './site.js';

interface PublishUnderTest extends SinkUnderTest {
  readonly tableau: Tableau;
}

/** Waits for jobs take no time. */
const clock = { now: () => Date.now(), sleep: async () => {} };

for (const as of ['parquet', 'tdsx'] as const) {
  const underTest = async (): Promise<PublishUnderTest> => {
    const tableau = await startSite({ tokens: { [TOKEN_NAME]: { secret: SECRET, userId: 'ann' } } });
    const cwd = await emptyFolder();
    const settings = tableauPublishSettings.parse(settingsFor(tableau.url, { token_secret: SECRET, as }));
    return {
      tableau,
      open: () => tableauPublishSink(settings, sinkContext(cwd, { clock, streams: [usage, requests] })),
      contents: async () => contentsOf(tableau),
      breakDown: async () => {
        tableau.lastingFault = { status: 400, body: '<tsResponse/>' };
      },
      mend: async () => {
        tableau.lastingFault = undefined;
      },
      clear: async () => {
        await rm(cwd, { recursive: true });
        tableau.site.dataSources.clear();
      },
      dispose: async () => {
        await tableau.close();
        await rm(cwd, { recursive: true, force: true });
      },
    };
  };

  describeSinkConformance<PublishUnderTest>({ describe, it }, `tableau-publish (as ${as})`, underTest, {
    stumble: async ({ tableau }) => {
      // What every run asks: nothing is published where nothing has changed.
      tableau.faults.set('GET /serverinfo', [{ status: 502 }]);
      tableau.faults.set('POST /auth/signin', ['lost', { status: 503 }]);
      tableau.faults.set('GET /datasources', [{ status: 500 }, 'lost']);
    },
  });
}
