import { describe, it } from 'vitest';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { NOW, SECRET } from '../../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../../connectors/testing/sink-conformance.js';
import { openSink, steppingClock } from '../account.js';

async function metricsUnderTest() {
  const clock = steppingClock(NOW);
  const intake = await startIntake({ apiKey: SECRET, clock, historical: true });
  return {
    intake,
    // Historical, or the partitions of the days before would be left out without a call.
    open: () => openSink({ api_key: SECRET, api_url: intake.url, historical: true }, clock),
    // The metrics about the run itself tell of every run, and are no part of what was exported.
    contents: async () =>
      Object.fromEntries(
        intake
          .query()
          .filter(({ metric }) => !metric.startsWith('deepgram.export.'))
          .map(({ metric, tags, timestamp, value }) => [`${metric} ${tags.join()} ${timestamp}`, `${value}`]),
      ),
    breakDown: async () => {
      intake.lastingFault = { status: 403, body: { errors: ['Forbidden'] } };
    },
    mend: async () => {
      intake.lastingFault = undefined;
    },
    dispose: () => intake.close(),
  };
}

describeSinkConformance({ describe, it }, 'datadog-metrics', metricsUnderTest, {
  hang: async ({ intake }) => {
    intake.lastingFault = 'hang';
  },
  stumble: async ({ intake }) => {
    intake.faults.push({ status: 503, body: { errors: ['try again'] } });
  },
  refuseSome: async ({ intake }) => {
    intake.refuses = { status: 202, is: () => true };
  },
});
