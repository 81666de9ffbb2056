import { basename, dirname, resolve } from 'node:path';
import type { PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { holds } from '../../src/files/output.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { addDays, dayAt, daysThrough, firstOfMonth } from '../../src/time/day.js';
import { readAccount } from './account/read-account.js';
import { reportPage } from './page/report-page.js';
import { partsOf } from './parts-folder.js';
import type { ReportSettings } from './report-settings.js';
import { acceptsStream, partitionTotals } from './totals/partition-totals.js';
import { TOTALS_FILES, TotalsStore } from './totals/totals-store.js';

/**
 * A page about the account: what was spent and by whom, what was used, whether it adds up. Of each partition small
 * totals are kept in `<path>.parts/`, whole or not at all; the page is made of them at {@link Sink.finish}.
 */
export function reportSink(settings: ReportSettings, context: SinkContext): Sink {
  const { clock } = context;
  const page = resolve(context.cwd, settings.path);
  const folder = new OutputFolder(dirname(page), { clock });
  const parts = new OutputFolder(partsOf(page), { clock, isOwn: true });
  const store = new TotalsStore(parts, settings.requests, context);
  const today = dayAt(clock.now());

  return {
    name: context.name,
    capabilities: {
      delivery: 'replace',
      sharing: 'last',
      accepts: acceptsStream,
      historyDays: daysThrough(firstMonthDay(today, settings.months), today).length,
    },
    isEmpty: async () => !(await holds(parts, TOTALS_FILES)),
    held: (stream, project, days) => store.held(stream, project, days),
    check: () => checkFolder(folder, settings.path),
    begin: async (partition): Promise<PartitionWriter> => {
      const totals = partitionTotals(partition, settings.requests);
      return {
        write: async (batch) => totals.add(batch),
        commit: async () => {
          const { entry, log } = totals.made(clock.now());
          await store.put(entry, log);
          return { accepted: entry.records, rejected: [], skipped: [] };
        },
        abort: async () => {},
      };
    },
    finish: async ({ isPart = false }, signal) => {
      if (isPart) return { facts: {}, notes: [] };
      const now = clock.now();
      const text = reportPage(await readAccount(store, { ...settings, now, signal }), now);
      await folder.replaceFile([basename(page)], (file) => file.write(text));
      return { facts: { page: settings.path }, notes: [] };
    },
  };
}

/** The first day of the first of so many months, the one of this day included. */
function firstMonthDay(day: string, months: number): string {
  let first = firstOfMonth(day);
  for (let more = 1; more < months; more += 1) first = firstOfMonth(addDays(first, -1));
  return first;
}
