import type { Mask } from '../secrets/mask.js';
import { markdownTable, markdownText } from '../text/markdown.js';
import { formatCount } from '../text/text-table.js';
import { streamRows } from './stream-rows.js';
import type { Summary } from './summary.js';
import { factLines, notes, trafficLine, verdictLine } from './summary-text.js';

/** The summary for a step summary of GitHub Actions. Masked here, since an escaped secret is not known as one. */
export function summaryMarkdown(summary: Summary, mask: Mask): string {
  const streams = streamRows(summary.streams);
  const sinks = summary.sinks.map((sink) => [
    sink.name,
    sink.type,
    formatCount(sink.accepted),
    formatCount(sink.failed_partitions + sink.unread_partitions),
    sink.failure ? 'failed' : 'ok',
  ]);
  const said = [...notes(summary), ...factLines(summary)].map((note) => `- ${markdownText(mask(note))}`);
  return [
    `### deepgram-export: ${markdownText(verdictLine(summary))}`,
    '',
    trafficLine(summary),
    '',
    ...(streams.length > 0
      ? markdownTable(['stream', 'records', 'partitions', 'dollars', 'hours', 'unread'], streams)
      : []),
    ...(sinks.length > 0 ? markdownTable(['sink', 'type', 'accepted', 'partitions missing', ''], sinks) : []),
    ...(said.length > 0 ? [...said, ''] : []),
    '',
  ].join('\n');
}
