import type { Batch } from '../../../src/catalogue/source.js';
import { ReadingFacts } from '../../../src/deliver/reading-facts.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { apiKeys, balances, purchases } from '../../deepgram/streams/account.js';
import { billing } from '../../deepgram/streams/billing.js';
import { RECONCILIATION } from '../../deepgram/streams/reconciliation.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage } from '../../deepgram/streams/usage.js';
import { comparedRows } from './compared-rows.js';
import type { Entry } from './entry.js';
import { groupedTotals } from './grouped-totals.js';
import { type DayLog, dayLog } from './request-log.js';
import { requestTotals } from './request-totals.js';

/** Adds up what comes of a partition. */
interface PartitionTotals {
  add(batch: Batch): void;
  made(now: number): { readonly entry: Entry; readonly log?: DayLog | undefined };
}

type Made = Pick<Entry, 'grouped' | 'requests' | 'rows' | 'compared'> & { readonly log?: DayLog };

/** How records of each kind of stream are added up; a kind that is not here is not on the page. */
const KINDS: Readonly<
  Record<string, (partition: Partition, most: number) => { add(batch: Batch): void; made(): Made }>
> = {
  [usage.kind]: grouped,
  [billing.kind]: grouped,
  [requests.kind]: (partition, most) => {
    const totals = requestTotals();
    const log = dayLog({ project_id: partition.project.id, day: partition.day ?? '' }, most);
    return {
      add: (batch) => {
        for (const row of batch) totals.add(row);
        log.add(batch);
      },
      made: () => ({ requests: totals.totals(), log: log.log() }),
    };
  },
  [balances.kind]: rowsOf,
  [purchases.kind]: rowsOf,
  [apiKeys({ includeEmails: false }).kind]: rowsOf,
  [RECONCILIATION]: comparedRows,
};

export function acceptsStream({ kind, source }: Stream): boolean {
  return source === requests.source && Object.hasOwn(KINDS, kind);
}

/** @param most requests that are listed at most */
export function partitionTotals(partition: Partition, most: number): PartitionTotals {
  const { stream, project, day } = partition;
  const make = KINDS[stream.kind];
  if (make === undefined) throw new Error(`records of ${stream.name} are not accepted`);
  const totals = make(partition, most);
  const facts = new ReadingFacts(stream);
  return {
    add: (batch) => {
      facts.add(batch);
      totals.add(batch);
    },
    made: (now) => {
      const { log, ...made } = totals.made();
      const { name, kind, groupings } = stream;
      const { records, sums } = facts;
      const of = { project_id: project.id, project_name: project.name, delivered_at: now };
      return { entry: { stream: name, kind, groupings, day, ...of, records, sums, ...made }, log };
    },
  };
}

function grouped({ stream }: Partition) {
  const totals = groupedTotals(stream);
  return {
    add: (batch: Batch) => {
      for (const row of batch) totals.add(row);
    },
    made: () => ({ grouped: totals.totals() }),
  };
}

/** Few records, kept but for what is personal. */
function rowsOf({ stream }: Partition) {
  const names = stream.fields.filter(({ personal }) => personal !== true).map(({ name }) => name);
  const rows: Row[] = [];
  return {
    add: (batch: Batch) => {
      for (const row of batch) rows.push(Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
    },
    made: () => ({ rows }),
  };
}
