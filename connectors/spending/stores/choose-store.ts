import type { JobSink } from '../../../src/config/job.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { isObjectUrl } from '../../../src/files/location.js';
import type { NdjsonSettings } from '../../ndjson/ndjson-settings.js';
import type { PostgresSettings } from '../../postgres/postgres-settings.js';
import type { Month } from '../../report/account/calendar.js';
import type { ReportSettings } from '../../report/report-settings.js';
import { isAboutMoney } from './about-money.js';
import type { SpendingStore } from './spending-store.js';
import type { StoreContext } from './store-context.js';

/** The store that is read, and what is said of those that come before it. */
export interface ChosenStore {
  readonly store: SpendingStore;
  /** Months of which it has anything. */
  readonly months: readonly Month[];
  /** Sentences: which sinks were passed over, and why. */
  readonly passedOver: readonly string[];
}

/** Types of sinks that can tell what was spent, the quickest first. Settings are safe: the schema of the type parsed them. */
const STORES: Readonly<Record<string, (settings: unknown, context: StoreContext) => Promise<SpendingStore>>> =
  {
    report: async (settings, context) =>
      (await import('./totals-spending.js')).totalsSpending(settings as ReportSettings, context),
    ndjson: async (settings, context) =>
      (await import('./archive-spending.js')).archiveSpending(settings as NdjsonSettings, context),
    postgres: async (settings, context) =>
      (await import('./postgres-spending.js')).postgresSpending(settings as PostgresSettings, context),
  };

/**
 * The first of these sinks that has the month: the totals of reports come first, then archives, then databases; where none
 * has it, the first that has any month. Throws an `ExportError` where none has.
 */
export async function chooseStore(
  sinks: readonly JobSink[],
  month: Month,
  context: Omit<StoreContext, 'sink'>,
  signal: AbortSignal,
): Promise<ChosenStore> {
  const passedOver: string[] = [];
  let second: Omit<ChosenStore, 'passedOver'> | undefined;
  let failure: ExportError | undefined;
  let waits = false;
  for (const [type, open] of Object.entries(STORES)) {
    for (const sink of sinks.filter((one) => one.type === type)) {
      const pass = (why: string) => passedOver.push(`${sink.name} (${type}) was passed over: ${why}`);
      if (!sink.streams.some(isAboutMoney)) pass('it gets no stream of the bill.');
      else if (sink.settings === undefined) pass('its settings name a variable that is not set.');
      else if (sink.outputPaths.some(isObjectUrl)) pass('an archive in an object store is not read for it.');
      else {
        const store = await open(sink.settings, { ...context, sink });
        try {
          const months = await store.months(signal);
          if (months.includes(month)) {
            await second?.store.close();
            return { store, months, passedOver };
          }
          waits ||= months.length === 0;
          pass(months.length === 0 ? 'there is nothing in it yet.' : `it has nothing of ${month}.`);
          if (second === undefined && months.length > 0) {
            second = { store, months };
            continue;
          }
        } catch (error) {
          if (!(error instanceof ExportError) || signal.aborted) throw error;
          pass(error.message);
          if (error.kind !== 'config') failure ??= error;
        }
        await store.close();
      }
    }
  }
  if (second !== undefined) return { ...second, passedOver };
  throw failure ?? nothingThere(passedOver, waits);
}

/** @param waits true where a sink is there that could tell */
function nothingThere(passedOver: readonly string[], waits: boolean): ExportError {
  const message = ['There is nothing to make a report of.', ...passedOver].join(' ');
  return new ExportError('CONFIG_INVALID', message, {
    kind: 'config',
    hint: waits
      ? 'Run `deepgram-export sync`, and ask again.'
      : 'Add a sink such as `report: { type: report, path: out/report.html }` to the configuration (ndjson and postgres will do, too), run `deepgram-export sync`, and ask again.',
  });
}
