/**
 * A process of its own: a Deepgram account and a Datadog intake that stay alive while the program is killed. It is
 * told what to do by `account.mjs`.
 */
import { startIntake } from '../../dist/connectors/datadog/stand-in/intake.js';
import { startStandIn } from '../../dist/connectors/deepgram/stand-in/stand-in.js';

const { apiKey, ...options } = JSON.parse(process.argv[2]);

const account = await startStandIn({ apiKey, ...options });
const newIntake = () => startIntake({ apiKey, clock: account.clock, historical: true });
let intake = await newIntake();

const orders = {
  now: () => account.clock.now(),
  advance: ({ ms }) => account.clock.advance(ms),
  failing: ({ share, seed, kinds, retryAfterSeconds }) => {
    account.faults.clear();
    account.faults.retryAfterSeconds = retryAfterSeconds;
    if (share > 0) account.faults.rate(share, seed, kinds);
  },
  calls: () => ({
    all: account.calls.length,
    failed: account.calls.filter((call) => call.fault !== undefined).length,
  }),
  intakeFault: ({ fault }) => {
    intake.lastingFault = fault ?? undefined;
  },
  points: () => intake.query(),
  emptyIntake: async () => {
    await intake.close();
    intake = await newIntake();
    return intake.url;
  },
};

process.on('message', async ({ order, ...details }) =>
  process.send({ answer: await orders[order](details) }),
);
process.on('disconnect', () => process.exit());
process.send({ answer: { url: account.url, intakeUrl: intake.url } });
