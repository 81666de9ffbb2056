import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { addDays, type Day, dayAt, daysThrough } from '../time/day.js';
import type { PlanInput, SinkView } from './plan-input.js';

type Known = Pick<PlanInput, 'window' | 'checkpoints'>;

/**
 * The days that may be read of a stream and project, in order, by the name of the sink: from its first one on, and what it
 * has of days before that and may still change.
 */
export function wantedDays(
  sinks: readonly SinkView[],
  stream: Stream,
  project: Project,
  oldest: Day | undefined,
  { window, checkpoints }: Known,
): ReadonlyMap<string, readonly Day[]> {
  const firsts = firstDays(sinks, stream, project, oldest, { window, checkpoints });
  return new Map(
    [...firsts].map(([sink, first]) => {
      const open = window.isByHand
        ? []
        : checkpoints.openDays({ sink, stream: stream.name, projectId: project.id });
      return [sink, [...open.filter((day) => day < first), ...daysThrough(first, window.until)]];
    }),
  );
}

/**
 * The first day that may be read of a stream and project, by the name of the sink: that of a window given by hand. Where one has begun earlier than
 * the window, the others get that history too; but not the history that a sink asks for itself.
 */
function firstDays(
  sinks: readonly SinkView[],
  stream: Stream,
  project: Project,
  oldest: Day | undefined,
  { window, checkpoints }: Known,
): ReadonlyMap<string, Day> {
  if (window.isByHand) return new Map(sinks.map(({ name }) => [name, window.since]));
  const first = ({ name }: SinkView) =>
    checkpoints.firstDay({ sink: name, stream: stream.name, projectId: project.id });
  const asked = (sink: SinkView) => historyStart(sink, oldest, { window, checkpoints });
  const shared = earliest(
    window.since,
    sinks.map((sink) => (asked(sink) === undefined ? first(sink) : undefined)),
  );
  return new Map(sinks.map((sink) => [sink.name, earliest(shared, [first(sink), asked(sink)])]));
}

/**
 * Where the history that a sink asks for begins, as far as the source goes back; undefined where it gets none. Without
 * a state, every run would read all of it.
 */
function historyStart(
  { historyDays }: SinkView,
  oldest: Day | undefined,
  { window, checkpoints }: Known,
): Day | undefined {
  if (historyDays === undefined || !window.isDefault || !checkpoints.remembers) return undefined;
  const begin = addDays(dayAt(window.now), 1 - historyDays);
  return oldest !== undefined && oldest > begin ? oldest : begin;
}

function earliest(day: Day, others: readonly (Day | undefined)[]): Day {
  return others.reduce<Day>((first, other) => (other !== undefined && other < first ? other : first), day);
}
