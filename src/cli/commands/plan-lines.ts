import type { Estimate } from '../../catalogue/estimate.js';
import type { DueReason, RestReason } from '../../checkpoints/checkpoints.js';
import type { SinkLane } from '../../deliver/sink-lane.js';
import type { Plan, RestingPartitions } from '../../plan/plan.js';
import { daysOf, type Task, type TaskPartition } from '../../plan/task.js';
import { calledPartition } from '../../streams/partition.js';
import type { Stream } from '../../streams/stream.js';
import { oneLine } from '../../text/one-line.js';
import { counted, formatCount, textTable } from '../../text/text-table.js';
import { formatDays } from '../../time/day.js';

/**
 * What would be read, a line a stream, and why; what rests, and why not.
 *
 * @param callsOfPlan that it takes to know this, which a run makes as well
 */
export function planLines(
  streams: readonly Stream[],
  { tasks, resting }: Plan,
  lanes: readonly SinkLane[],
  callsOfPlan: number,
): string[] {
  const cells = streams.map((stream) => {
    const own = tasks.filter((task) => task.stream === stream.name);
    const wanting = lanes.filter((lane) => lane.wants(stream)).length;
    const rest = restOf(
      resting.filter((one) => one.stream === stream.name),
      wanting,
    );
    return [
      stream.name,
      daysText(own),
      formatCount(partitionsOf(own).length),
      formatCount(callsOf(own)),
      [whyOf(own, wanting), rest && `not read: ${rest}`].filter((words) => words !== '').join('; ') ||
        (wanting > 0 ? '(nothing is lacking)' : '(no sink wants it)'),
    ];
  });
  const head = ['STREAM', 'DAYS', 'PARTITIONS', 'CALLS', 'WHY'];
  return [
    '',
    ...textTable(['left', 'left', 'right', 'right', 'left'], [head, ...cells]),
    '',
    `${counted(partitionsOf(tasks).length, 'partition')}, at least ${counted(callsOf(tasks) + callsOfPlan, 'call')}, ` +
      `${formatCount(callsOfPlan)} of them for projects and totals, and a few for names.`,
  ];
}

/** What the sinks say that the records come to. */
export function estimateLines(estimates: ReadonlyMap<string, readonly Estimate[]>): string[] {
  const lines = [...estimates].flatMap(([sink, all]) =>
    all.map(({ what, detail }) => oneLine(`${sink}, ${what}: ${detail}`)),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** A line for each partition: who lacks it, and why. */
export function partitionLines(tasks: readonly Task[]): string[] {
  const lines = tasks.flatMap(({ stream, project, partitions }) =>
    partitions.map(({ day, lacking }) => {
      const sinks = Object.entries(lacking).map(([sink, reason]) => `${sink}: ${formatReason(reason)}`);
      return `${oneLine(calledPartition(stream, project, day))}  ${sinks.join(', ')}`;
    }),
  );
  return [...lines, ''];
}

/** Partitions by sink and reason: `tableau: 7 never delivered, 2 open`. */
function whyOf(tasks: readonly Task[], wanting: number): string {
  return formatCounts(
    partitionsOf(tasks).flatMap(({ lacking }) =>
      Object.entries(lacking).map(([sink, { why }]) => [sink, WORDS[why], 1] as const),
    ),
    wanting,
  );
}

/** @param wanting how many sinks want the stream: where the same is true of all, they are not named */
function formatCounts(
  found: readonly (readonly [sink: string, words: string, count: number])[],
  wanting: number,
): string {
  const counts = new Map<string, Map<string, number>>();
  for (const [sink, words, count] of found) {
    const ofSink = counts.get(sink) ?? new Map<string, number>();
    counts.set(sink, ofSink.set(words, (ofSink.get(words) ?? 0) + count));
  }
  const alike = new Map<string, string[]>();
  for (const [sink, words] of counts) {
    const parts = [...words].map(([word, count]) => `${formatCount(count)} ${word}`).join(', ');
    alike.set(parts, [...(alike.get(parts) ?? []), sink]);
  }
  return [...alike]
    .map(([parts, sinks]) =>
      sinks.length > 1 && sinks.length === wanting
        ? `all ${sinks.length} sinks: ${parts}`
        : `${sinks.join(', ')}: ${parts}`,
    )
    .join('; ');
}

/** What is not read, by sink and reason: `tableau: 5 unchanged`. */
function restOf(resting: readonly RestingPartitions[], wanting: number): string {
  return formatCounts(
    resting.map(({ sink, days, rests }) => [sink, REST_WORDS[rests], days.length]),
    wanting,
  );
}

const REST_WORDS: Readonly<Record<RestReason['rests'], string>> = {
  closed: 'closed',
  unchanged: 'unchanged since they were read',
  'kept-back': 'kept back within the hour',
};

const WORDS: Readonly<Record<DueReason['why'], string>> = {
  new: 'never delivered',
  lookback: 'within the lookback',
  open: 'not closed',
  lost: 'lost, and there after all',
  inputs: 'made of what is read',
  window: 'in the window',
  snapshot: 'as it is now',
  missing: 'there no more',
  changed: 'changed since they were read',
  'kept-back': 'kept back before',
};

function formatReason(reason: DueReason): string {
  if (reason.why !== 'open' || reason.unsettled === 0) return WORDS[reason.why];
  return `${WORDS.open} (${counted(reason.unsettled, 'record')} may change)`;
}

function daysText(tasks: readonly Task[]): string {
  if (tasks.length === 0) return '-';
  const days = daysOf(tasks);
  return days === undefined ? 'snapshot' : formatDays(days);
}

function partitionsOf(tasks: readonly Task[]): readonly TaskPartition[] {
  return tasks.flatMap(({ partitions }) => partitions);
}

function callsOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { calls }) => sum + calls, 0);
}
