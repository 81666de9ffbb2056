import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { NOW, SECRET } from '../../../../connectors/testing/sample-records.js';
import { sentOnce } from '../../../../connectors/testing/sent-once.js';
import { describeSinkConformance } from '../../../../connectors/testing/sink-conformance.js';
import { steppingClock } from '../account.js';
import { openLogSink } from './log-account.js';

const logsUnderTest = async () => {
  const clock = steppingClock(NOW);
  const intake = await startIntake({ apiKey: SECRET, clock });
  const root = await mkdtemp(join(tmpdir(), 'logs-'));
  return {
    intake,
    open: async () => {
      // Late ones too, or the partitions of the days before would be left out without a call.
      const settings = { api_key: SECRET, api_url: intake.url, late: 'send' };
      return sentOnce(await openLogSink(settings, clock), root);
    },
    contents: async () => {
      const contents: Record<string, string> = {};
      for (const { log } of intake.logs) {
        const text = JSON.stringify(log);
        // What is there twice must look different from what is there once.
        contents[text] = `${contents[text] ?? ''}|`;
      }
      return contents;
    },
    breakDown: async () => {
      intake.lastingFault = { status: 403 };
    },
    mend: async () => {
      intake.lastingFault = undefined;
    },
    dispose: async () => {
      await intake.close();
      await rm(root, { recursive: true });
    },
  };
};

describeSinkConformance({ describe, it }, 'datadog-logs', logsUnderTest, {
  delivery: 'append',
  hang: async ({ intake }) => {
    intake.lastingFault = 'hang';
  },
  stumble: async ({ intake }) => {
    intake.faults.push({ status: 503 }, 'cut');
  },
  refuseSome: async ({ intake }) => {
    intake.refuses = { status: 400, is: () => true };
  },
});
