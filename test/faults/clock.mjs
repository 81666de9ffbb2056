/**
 * Loaded into the program under test with `node --import`: from its start on, its time is the account's, which
 * `FAULTS_NOW` gives in milliseconds since the epoch. Timers keep their pace.
 */
const SystemDate = globalThis.Date;
const startedAt = SystemDate.now();
const accountNow = Math.floor(Number(process.env.FAULTS_NOW)); // a clock of Node counts whole milliseconds
if (!Number.isFinite(accountNow)) throw new Error('FAULTS_NOW is no time');

const now = () => accountNow + SystemDate.now() - startedAt;

globalThis.Date = class AccountDate extends SystemDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }

  static now() {
    return now();
  }
};
