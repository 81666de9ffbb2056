import { resolve } from 'node:path';
import { ReceiptTally } from '../../src/catalogue/receipt-tally.js';
import type { PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { formatRanges, rangesOf } from '../../src/checkpoints/day-ranges.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import { holds } from '../../src/files/output.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { type Partition, partitionWords } from '../../src/streams/partition.js';
import { breakdownOf } from '../deepgram/streams/billing-breakdown.js';
import { CRLF } from '../tableau/csv/csv-format.js';
import { realDigits } from '../tableau/csv/csv-number.js';
import { csvText } from '../tableau/csv/csv-text.js';
import { CHARGE_COLUMNS, type Charge, chargeOf } from './charge.js';
import type { FocusSettings } from './focus-settings.js';
import { heldDays } from './held-days.js';
import { endingOf } from './months/day-file.js';
import { endOfMonth } from './months/month.js';
import { DAY_FILES, dayFile, MonthFiles, monthFile, type WrittenMonth } from './months/month-files.js';

/**
 * Billing as cost files in the columns of FOCUS 1.2, `<path>/focus_<project>_<YYYY-MM>.csv`, made of one stream: breakdowns
 * all add up to the same total. The days of which a month is made are kept beside it, in `<path>/.parts/`.
 */
export function focusSink(settings: FocusSettings, context: SinkContext): Sink {
  const folder = new OutputFolder(resolve(context.cwd, settings.path), { clock: context.clock });
  const counts = partitionCounts(folder, context.log);
  const breakdown = breakdownOf(settings, context.streams);
  const header = CHARGE_COLUMNS.join(',') + CRLF;
  const months = new MonthFiles(folder, header);

  return {
    name: context.name,
    capabilities: { delivery: 'replace', accepts: ({ name }) => name === breakdown },
    isEmpty: async () => !(await holds(folder, DAY_FILES)),
    held: async (stream, project, days, signal) =>
      counts.held(stream, project, days, await heldDays(folder, stream, project, days, header), signal),
    check: () => checkFolder(folder, settings.path),
    begin,
    finish: async () => {
      await counts.save();
      const { written } = months;
      return { facts: { 'cost files written': written.length }, notes: gapNotes(written, context) };
    },
  };

  async function begin(partition: Partition): Promise<PartitionWriter> {
    const { stream, project, day } = partition;
    if (day === null) throw new Error('Costs are of a day.');
    const file = await folder.createFile(dayFile(project, day));
    const facts = new ReadingFacts(stream);
    const tally = new ReceiptTally();
    let head = header;
    return {
      write: async (batch) => {
        const lines: string[] = [];
        for (const row of batch) {
          const charge = chargeOf(row, day);
          if (charge !== undefined) lines.push(lineOf(charge, settings));
          else tally.skip('no cost is known', 1, () => `a record of ${partitionWords(partition)}`);
        }
        facts.add(batch);
        tally.accept(lines.length);
        await file.write(head + lines.join(''));
        head = '';
      },
      commit: async () => {
        const held = { records: facts.records, sums: facts.sums };
        await file.write(head + endingOf({ stream: stream.name, ...held }));
        await file.commit();
        await months.renew(project, day);
        await counts.committed(partition, { ...held, bytes: [file.bytes] });
        return tally.receipt();
      },
      abort: () => file.abort(),
    };
  }
}

function lineOf(charge: Charge, { escape_formulas }: FocusSettings): string {
  const cells = CHARGE_COLUMNS.map((name) => {
    const value = charge[name];
    if (value === null) return '';
    return typeof value === 'number' ? realDigits(value) : csvText(value, escape_formulas);
  });
  return cells.join(',') + CRLF;
}

/** A month that is over and not whole would be taken for the bill. One note for all projects that lack the same days. */
function gapNotes(written: readonly WrittenMonth[], { clock, name }: SinkContext): readonly string[] {
  const over = written.filter(({ month, missing }) => missing.length > 0 && endOfMonth(month) <= clock.now());
  const files = new Map<string, string[]>();
  for (const { project, month, missing } of over) {
    const days = formatRanges(rangesOf(missing));
    files.set(days, [...(files.get(days) ?? []), ...monthFile(project, month)]);
  }
  return [...files].sort(byDays).map(([days, names]) => {
    const [file, ...others] = names.sort();
    const which = others.length === 0 ? `${file} lacks` : `${file} and ${others.length} more lack`;
    const since = days.slice(0, 'YYYY-MM-DD'.length);
    return `${which} ${days}, which were never read: \`deepgram-export sync --sink ${name} --since ${since}\` adds them.`;
  });
}

function byDays([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
