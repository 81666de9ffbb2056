import { OutputFolder } from '../../../src/files/output-folder.js';
import { partsOf } from '../../report/parts-folder.js';
import type { ReportSettings } from '../../report/report-settings.js';
import { TotalsStore } from '../../report/totals/totals-store.js';
import type { SpendingStore } from './spending-store.js';
import type { StoreContext } from './store-context.js';

/** What a `report` sink has added up. */
export function totalsSpending({ path }: ReportSettings, { sink, clock, log }: StoreContext): SpendingStore {
  const [page = path] = sink.outputPaths;
  const folder = new OutputFolder(partsOf(page), { clock, isOwn: true });
  const store = new TotalsStore(folder, 0, { clock, log });
  return {
    name: `the totals of ${sink.name} (${partsOf(path)})`,
    months: async () => (await store.months()).toReversed(),
    newestDay: async (month, until) => {
      const days: string[] = [];
      for await (const entries of store.entries(month)) days.push(...entries.flatMap(({ day }) => day ?? []));
      return days
        .filter((day) => day <= until)
        .sort()
        .at(-1);
    },
    entries: async function* (month, wanted) {
      for await (const entries of store.entries(month)) yield entries.filter(wanted);
    },
    close: async () => {},
  };
}
