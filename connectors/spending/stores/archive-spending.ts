import { silentLog } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import { ndjsonArchive } from '../../ndjson/archive/ndjson-archive.js';
import type { NdjsonSettings } from '../../ndjson/ndjson-settings.js';
import { daysOf, monthOf } from '../../report/account/calendar.js';
import { partitionTotals } from '../../report/totals/partition-totals.js';
import { isAboutMoney } from './about-money.js';
import type { SpendingStore } from './spending-store.js';
import type { StoreContext } from './store-context.js';

/** What the records of an `ndjson` sink add up to. */
export function archiveSpending({ path }: NdjsonSettings, { sink }: StoreContext): SpendingStore {
  const [root = path] = sink.outputPaths;
  const streams = sink.streams.filter(isAboutMoney);
  const archive = ndjsonArchive({ path: root, calledAs: path, streams, streamsChosen: true, log: silentLog });
  return {
    name: `the archive of ${sink.name} (${path})`,
    months: async () => [...new Set((await archive.days()).map(monthOf))],
    newestDay: async (month, until) =>
      (await archive.days()).filter((day) => monthOf(day) === month && day <= until).at(-1),
    entries: async function* (month, wanted, signal) {
      const days = daysOf(month);
      for (const project of await archive.projects(signal)) {
        const entries = [];
        for (const stream of streams.filter(wanted)) {
          const [first, ...others] = archive.divide(stream, project, days).flatMap((share) => share.days);
          if (first === undefined) continue;
          for await (const { day, batches } of archive.read(
            { stream, project, days: [first, ...others] },
            signal,
          )) {
            const totals = partitionTotals({ stream, project, day }, 0);
            let called = project.name;
            for await (const batch of batches) {
              totals.add(batch);
              called = nameIn(batch) ?? called;
            }
            const readAt = (day !== null && archive.readAt?.(stream, project, day)) || 0;
            entries.push({ ...totals.made(readAt).entry, project_name: called });
          }
        }
        if (entries.length > 0) yield entries;
      }
    },
    close: () => archive.close(),
  };
}

/** What the project was called on that day. */
function nameIn([row]: readonly Row[]): string | undefined {
  return typeof row?.project_name === 'string' ? row.project_name : undefined;
}
