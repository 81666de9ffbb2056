import { formatCount, textTable } from '../report/text-table.js';
import { formatRanges } from './day-ranges.js';
import type { StateDocument, StreamState } from './state-document.js';

/** The state as a table for people: a line for each sink, stream and project. */
export function stateTable(document: StateDocument): string {
  const rows = Object.entries(document.sinks).flatMap(([sink, { streams }]) =>
    Object.entries(streams).flatMap(([stream, projects]) =>
      Object.entries(projects).map(([projectId, state]) => [sink, stream, projectId, ...cells(state)]),
    ),
  );
  const head = ['SINK', 'STREAM', 'PROJECT', 'DELIVERED AND CLOSED', 'OPEN', 'UNSETTLED', 'LOST'];
  const table = textTable(['left', 'left', 'left', 'left', 'left', 'right', 'left'], [head, ...rows]);
  return `${table.join('\n')}\n\nAs of ${document.updated_at}. Open days are read again by the next run.\n`;
}

function cells({ closed, open, lost }: StreamState): string[] {
  const days = Object.keys(open).sort();
  const unsettled = Object.values(open).reduce((sum, day) => sum + day.unsettled, 0);
  const openDays =
    days.length === 0 ? '-' : days.length === 1 ? `${days[0]}` : `${days[0]} to ${days.at(-1)}`;
  return [
    formatRanges(closed) || '-',
    openDays,
    unsettled === 0 ? '-' : formatCount(unsettled),
    formatRanges(lost) || '-',
  ];
}
