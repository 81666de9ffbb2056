import type { CliContext } from '../../../catalogue/cli-context.js';
import type { GivenUp } from '../../../catalogue/state-type.js';
import type { CheckpointStore } from '../../../checkpoints/checkpoint-store.js';
import { formatRanges, holdsDay, withoutDay } from '../../../checkpoints/day-ranges.js';
import { isGrowing } from '../../../checkpoints/due-rules.js';
import type { KnownDays, StateDocument } from '../../../checkpoints/file/state-document.js';
import type { JobSource } from '../../../config/job.js';
import { namesById } from '../../../text/called-as.js';
import { counted, formatCount, textTable } from '../../../text/text-table.js';
import { addDays, dayAt, formatDays } from '../../../time/day.js';
import { timestampAt } from '../../../time/timestamp.js';
import { withStore } from '../../checkpoint-session.js';
import { type JobOptions, jobFor } from '../../options/job-options.js';
import { logFor } from '../../options/log-options.js';

export type ShowStateOptions = Pick<JobOptions, 'config' | 'envFile'>;

/** Lines for one sink and stream; of more projects that differ it is said how many there are. */
const MOST_LINES = 5;
/** Projects that are named in one line; of more, the number is said. */
const MOST_NAMES = 3;
const ALIGN = ['left', 'left', 'left', 'left', 'left', 'right', 'left'] as const;

/** Shows the state as a table. */
export async function showState(options: ShowStateOptions, context: CliContext): Promise<number> {
  const job = await jobFor(options, context);
  // What is said on the way is only of a server that does not answer.
  return withStore(job, logFor({}, context), context, async (store, place) => {
    const document = await store.load();
    context.screen.text(
      document
        ? stateTable(document, await namesIn(store, document, job.source), context.clock.now())
        : `There is no state in ${place} yet: the first sync begins it.\n`,
    );
    context.screen.text(givenUpText((await store.givenUp?.()) ?? []));
    return 0;
  });
}

/** What workers have given up, with what to do about it. */
function givenUpText(all: readonly GivenUp[]): string {
  if (all.length === 0) return '';
  const rows = all.map(({ project = '-', what, why, sinceMs }) => [project, what, minuteOf(sinceMs), why]);
  const table = textTable(['left', 'left', 'left', 'left'], [['PROJECT', 'WHAT', 'SINCE', 'WHY'], ...rows]);
  const hints = new Set(all.flatMap(({ hint }) => hint ?? []));
  const next = 'The next `deepgram-export enqueue` queues what of it is still lacking.';
  return ['', 'Given up by workers:', ...table, '', ...hints, next, ''].join('\n');
}

function minuteOf(ms: number): string {
  return timestampAt(ms).slice(0, 16).replace('T', ' ');
}

/** What projects were called last. Names are kept beside the state, and may be lost without it. */
async function namesIn(
  store: CheckpointStore,
  { sources }: StateDocument,
  source: JobSource,
): Promise<(id: string) => string> {
  const remembered = await store.memory.load().catch(() => new Map<string, Map<string, unknown>>());
  const ids = new Set(
    [...sources.values()].flatMap((streams) => [...streams.values()].flatMap((of) => [...of.keys()])),
  );
  const nameOf = (id: string) => source.nameIn(remembered.get(source.type)?.get(id)) ?? null;
  return namesById([...ids].map((id) => ({ id, name: nameOf(id) })));
}

/** A line for each sink and stream, and for projects of it that are alike. */
function stateTable(
  { sinks, sources, updated_at: updatedAt }: StateDocument,
  nameOf: (id: string) => string,
  nowMs: number,
): string {
  const streams = [...sources.values()].flatMap(inOrder);
  const rows = [...sinks.keys()].flatMap((sink) =>
    streams.flatMap(([stream, projects]) =>
      linesOf(
        [...projects].flatMap(([id, bySink]) => {
          const days = bySink.get(sink);
          return days ? [{ name: nameOf(id), days }] : [];
        }),
        nowMs,
      ).map((cells) => [sink, stream, ...cells]),
    ),
  );
  const head = ['SINK', 'STREAM', 'PROJECTS', 'DELIVERED AND CLOSED', 'OPEN', 'UNSETTLED', 'LOST'];
  // Of what there is none nothing is said.
  const shown = head.map((_, at) => at < 5 || rows.some((row) => row[at] !== '-'));
  const cells = [head, ...rows].map((row) => row.filter((_, at) => shown[at]));
  const table = textTable(
    ALIGN.filter((_, at) => shown[at]),
    cells,
  );
  const next = 'Open days are read again: `deepgram-export plan` says which by the next run.';
  return `${table.join('\n')}\n\nAs of ${updatedAt.slice(0, 16).replace('T', ' ')} UTC. ${next}\n`;
}

interface ProjectDays {
  readonly name: string;
  readonly days: KnownDays;
}

/** Projects with the same days in one line, the most alike first. */
function linesOf(projects: readonly ProjectDays[], nowMs: number): string[][] {
  const groups = new Map<string, { names: string[]; unsettled: number; cells: Cells }>();
  for (const { name, days } of projects) {
    const cells = cellsOf(days, nowMs);
    const key = JSON.stringify(cells);
    const group = groups.get(key) ?? { names: [], unsettled: 0, cells };
    groups.set(key, group);
    group.names.push(name);
    group.unsettled += Object.values(days.open).reduce((sum, day) => sum + day.unsettled, 0);
  }
  const all = [...groups.values()]
    .map(({ names, ...group }) => ({ ...group, names: names.toSorted() }))
    .sort(
      (one, other) => other.names.length - one.names.length || (`${one.names}` < `${other.names}` ? -1 : 1),
    );
  const shown = all.length > MOST_LINES ? all.slice(0, MOST_LINES - 1) : all;
  const others = all.slice(shown.length).reduce((sum, { names }) => sum + names.length, 0);
  return [
    ...shown.map(({ names, unsettled, cells: { closed, open, lost } }) => [
      projectsText(names, projects.length),
      closed,
      open,
      unsettled === 0 ? '-' : formatCount(unsettled),
      lost,
    ]),
    ...(others === 0 ? [] : [[`${counted(others, 'other')} that differ`, '…', '…', '…', '…']]),
  ];
}

function projectsText(names: readonly string[], of: number): string {
  if (names.length > 1 && names.length === of) return `all ${counted(of, 'project')}`;
  return names.length > MOST_NAMES ? counted(names.length, 'project') : names.join(', ');
}

interface Cells {
  readonly closed: string;
  readonly open: string;
  readonly lost: string;
}

function cellsOf({ closed, open, lost, snapshot }: KnownDays, nowMs: number): Cells {
  // What can only be read while a day lasts is closed by any reading of it, and read again as long as it does.
  const growing = [addDays(dayAt(nowMs), -1), dayAt(nowMs)].filter(
    (day) => holdsDay(closed, day) && isGrowing(day, nowMs),
  );
  const days = [...Object.keys(open), ...growing].sort();
  const [since = '', until = since] = [days[0], days.at(-1)];
  return {
    closed: formatRanges(growing.reduce(withoutDay, closed)) || '-',
    open:
      days.length === 0
        ? snapshot === undefined
          ? '-'
          : `as of ${snapshot.slice(0, 10)}`
        : formatDays({ since, until }),
    lost: formatRanges(lost) || '-',
  };
}

function inOrder<Value>(byName: ReadonlyMap<string, Value>): [name: string, Value][] {
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
}
