import { describe, it } from 'vitest';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { NOW, SECRET } from '../../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../../connectors/testing/sink-conformance.js';
import { steppingClock } from '../account.js';
import { APP_KEY, openCostSink } from './cost-account.js';

const costsUnderTest = async () => {
  const clock = steppingClock(NOW);
  const intake = await startIntake({ apiKey: APP_KEY, appKey: SECRET, clock });
  return {
    intake,
    open: () => openCostSink({ api_key: APP_KEY, app_key: SECRET, api_url: intake.url }, clock),
    contents: async () =>
      Object.fromEntries(
        // The id is no part of what a reader sees, but two files are.
        intake.costs.files.map(({ name, lines }, index, files) => {
          const copies = files.slice(0, index).filter((earlier) => earlier.name === name).length;
          return [`${name}${'+'.repeat(copies)}`, JSON.stringify(lines)];
        }),
      ),
    breakDown: async () => {
      intake.lastingFault = { status: 403, body: { errors: ['Forbidden'] } };
    },
    mend: async () => {
      intake.lastingFault = undefined;
    },
    dispose: () => intake.close(),
  };
};

describeSinkConformance({ describe, it }, 'datadog-costs', costsUnderTest, {
  hang: async ({ intake }) => {
    intake.lastingFault = 'hang';
  },
  stumble: async ({ intake }) => {
    intake.costs.faults.set('GET', [{ when: 'before', status: 503 }, { when: 'after' }]);
  },
  refuseSome: async ({ intake }) => {
    intake.costs.faults.set('PUT', [{ when: 'before', status: 400 }]);
  },
});
