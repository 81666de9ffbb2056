import type { CliContext } from '../../../catalogue/cli-context.js';
import { formatRanges, holdsDay, withoutDay } from '../../../checkpoints/day-ranges.js';
import { isGrowing } from '../../../checkpoints/due-rules.js';
import type { KnownDays, StateDocument } from '../../../checkpoints/file/state-document.js';
import { shortName } from '../../../text/one-line.js';
import { formatCount, textTable } from '../../../text/text-table.js';
import { addDays, dayAt } from '../../../time/day.js';
import { withStore } from '../../checkpoint-session.js';
import { jobFor } from '../../options/job-options.js';
import { logFor } from '../../options/log-options.js';

export interface ShowStateOptions {
  readonly config?: string | undefined;
}

/** What is said on the way is only of a server that does not answer. */
const LOG = { logFormat: 'pretty', quiet: false, verbose: false } as const;

/** Shows the state as a table. */
export async function showState({ config }: ShowStateOptions, context: CliContext): Promise<number> {
  const job = await jobFor({ config }, context);
  return withStore(job, logFor(LOG, context), context, async (store, place) => {
    const document = await store.load();
    context.screen.result(
      document
        ? stateTable(document, context.clock.now())
        : `There is no state in ${place} yet: the first sync begins it.\n`,
    );
    return 0;
  });
}

/** A line for each sink, stream and project. */
function stateTable({ sinks, sources, updated_at: updatedAt }: StateDocument, nowMs: number): string {
  const streams = [...sources.values()].flatMap(inOrder);
  const rows = [...sinks.keys()].flatMap((sink) =>
    streams.flatMap(([stream, projects]) =>
      inOrder(projects).flatMap(([projectId, bySink]) => {
        const days = bySink.get(sink);
        return days ? [[sink, stream, shortName(projectId), ...cells(days, nowMs)]] : [];
      }),
    ),
  );
  const head = ['SINK', 'STREAM', 'PROJECT', 'DELIVERED AND CLOSED', 'OPEN', 'UNSETTLED', 'LOST'];
  const table = textTable(['left', 'left', 'left', 'left', 'left', 'right', 'left'], [head, ...rows]);
  const next = 'Open days are read again: `deepgram-export plan` says which by the next run.';
  return `${table.join('\n')}\n\nAs of ${updatedAt}. ${next}\n`;
}

function inOrder<Value>(byName: ReadonlyMap<string, Value>): [name: string, Value][] {
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
}

function cells({ closed, open, lost }: KnownDays, nowMs: number): string[] {
  // What can only be read while a day lasts is closed by any reading of it, and read again as long as it does.
  const growing = [addDays(dayAt(nowMs), -1), dayAt(nowMs)].filter(
    (day) => holdsDay(closed, day) && isGrowing(day, nowMs),
  );
  const days = [...Object.keys(open), ...growing].sort();
  const unsettled = Object.values(open).reduce((sum, day) => sum + day.unsettled, 0);
  const openDays =
    days.length === 0 ? '-' : days.length === 1 ? `${days[0]}` : `${days[0]} to ${days.at(-1)}`;
  return [
    formatRanges(growing.reduce(withoutDay, closed)) || '-',
    openDays,
    unsettled === 0 ? '-' : formatCount(unsettled),
    formatRanges(lost) || '-',
  ];
}
