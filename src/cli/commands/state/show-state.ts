import type { CliContext } from '../../../catalogue/cli-context.js';
import type { GivenUp } from '../../../catalogue/state-type.js';
import { inner } from '../../../checkpoints/by-name.js';
import { formatRanges, holdsDay, withoutDay } from '../../../checkpoints/day-ranges.js';
import { isGrowing } from '../../../checkpoints/due-rules.js';
import type { KnownDays, StateDocument } from '../../../checkpoints/file/state-document.js';
import { mergeSinks } from '../../../checkpoints/shared/merge-days.js';
import type { JobSource } from '../../../config/job.js';
import { namesById } from '../../../text/called-as.js';
import { counted, formatCount, textTable } from '../../../text/text-table.js';
import { addDays, dayAt, formatDays } from '../../../time/day.js';
import { timestampAt } from '../../../time/timestamp.js';
import { type Kept, withStores } from '../../checkpoint-session.js';
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
  return withStores(job, logFor({}, context), context, async (all) => {
    const { screen, clock } = context;
    const found = await Promise.all(
      all.map(async ({ store, place }) => ({ place, document: await store.load() })),
    );
    const documents = found.flatMap(({ document }) => document ?? []);
    if (documents.length === 0)
      screen.text(`There is no state in ${all[0].place} yet: the first sync begins it.\n`);
    else {
      const document = documents.reduce(putTogether);
      screen.text(stateTable(document, await namesIn(all, document, job.source), clock.now()));
      if (documents.length > 1) screen.text(`Put together of ${found.flatMap(placeOf).join(', ')}.\n`);
    }
    for (const { store } of all) screen.text(givenUpText((await store.givenUp?.()) ?? []));
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

function placeOf({
  place,
  document,
}: {
  readonly place: string;
  readonly document: StateDocument | undefined;
}) {
  if (document === undefined) return [];
  return [document.shard ? `${place} (part ${document.shard.number} of ${document.shard.of})` : place];
}

/** What two shards have, or a shard and a run without any; of what both have, the later says how it is. */
function putTogether(one: StateDocument, other: StateDocument): StateDocument {
  const sources: StateDocument['sources'] = new Map();
  for (const document of [one, other])
    for (const [source, streams] of document.sources)
      for (const [stream, projects] of streams)
        for (const [projectId, mine] of projects) {
          const known = inner(inner(sources, source), stream);
          const theirs = known.get(projectId) ?? new Map();
          known.set(projectId, new Map(mergeSinks({ base: new Map(), mine, theirs })));
        }
  const updated = [one.updated_at, other.updated_at].sort().at(-1) ?? one.updated_at;
  return { ...one, updated_at: updated, sinks: new Map([...one.sinks, ...other.sinks]), sources };
}

/** What projects were called last. Names are kept beside the state, and may be lost without it. */
async function namesIn(
  all: readonly Kept[],
  { sources }: StateDocument,
  source: JobSource,
): Promise<(id: string) => string> {
  const remembered = await Promise.all(
    all.map(({ store }) => store.memory.load().catch(() => new Map<string, Map<string, unknown>>())),
  );
  const ids = new Set(
    [...sources.values()].flatMap((streams) => [...streams.values()].flatMap((of) => [...of.keys()])),
  );
  const nameOf = (id: string) =>
    remembered
      .map((of) => source.nameIn(of.get(source.type)?.get(id)))
      .findLast((name) => name !== undefined) ?? null;
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
  if (rows.length === 0) return 'No sink has got anything yet.\n';
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
