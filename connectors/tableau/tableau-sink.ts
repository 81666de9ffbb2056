import type { Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { forEachConcurrent } from '../../src/deliver/for-each-concurrent.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { folderAt } from '../../src/file-sinks/output-at.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import { holds, type Output, type Segments } from '../../src/files/output.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { holdPersonalData } from '../../src/streams/field.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';
import { csvEncoder } from './csv/csv-encoder.js';
import { csvHeader, TABLEAU_FORMAT } from './csv/csv-format.js';
import { lineRewriter } from './csv/csv-lines.js';
import { fileForm, headOf } from './file-form.js';
import { heldFiles } from './held-files.js';
import { describedTables, writeDataPackage } from './package/package-file.js';
import { openPartition } from './partition-files.js';
import { renewDailyFiles } from './parts/renew-files.js';
import { UnknownCells } from './parts/unknown-cells.js';
import { FORM_OF_PARTS, stitchTable } from './single/stitch.js';
import { linesIn, rowLimitNote } from './spreadsheet-rows.js';
import { dailyFile, PARTITION_FILES, partFile, tableFile } from './table-files.js';
import { fitSource, type TableauSettings } from './tableau-settings.js';
import { tablesOf } from './tables/stream-tables.js';
import type { Table } from './tables/table.js';

/**
 * CSV tables that Tableau, or a spreadsheet, reads without help, with `datapackage.json` beside them.
 *
 * - `layout: single`: `<path>/<table>.csv` with every partition ever delivered, by project id and day, also a table
 *   without any, which is its header. It is put together at {@link Sink.finish} from the parts in `<path>/.parts/`;
 *   a part that lacks a column is written anew there, once.
 * - `layout: daily`: `<path>/<table>/<table>_<project>_<day>.csv` (or `_snapshot.csv`), each there with its commit; those of
 *   earlier runs are written anew at {@link Sink.finish} where they have other columns or another form.
 *
 * Beside single files is `deepgram.tds`, a data source of them, and `deepgram.tdsx` and `deepgram.twbx` with them inside where they are asked for.
 *
 * A stream is one table of its name; `requests` has `requests_tags`, `requests_models` and `requests_features`
 * beside it. How values are written is said at {@link csvEncoder}, and how a spreadsheet has them at
 * {@link spreadsheetFormat}. What an earlier run wrote keeps its `escape_formulas` until its day is read again.
 *
 * @param output what is at the path of the settings; a folder for `layout: single`. Default: a folder
 */
export function tableauSink(
  settings: TableauSettings,
  context: SinkContext,
  output: Output = folderAt(settings.path, context),
): Sink {
  const counts = partitionCounts(output, context.log);
  const single = settings.layout === 'single';
  const fileIn = single ? partFile : dailyFile;
  const form = fileForm(settings);
  const formOfParts = single ? FORM_OF_PARTS : form;
  const notes: string[] = [];
  const unknown = new UnknownCells();
  const noteRows = (file: Segments, lines: number): void => {
    const note = rowLimitNote(file.join('/'), lines, settings.layout);
    if (note !== undefined) notes.push(note);
  };
  const options = { escapeFormulas: settings.escape_formulas };
  const encodedWriter = encodedStreams((dictionary) => csvEncoder(dictionary, options));
  const streams = new Map<string, readonly Table[]>();
  const tablesFor = (stream: Stream): readonly Table[] => {
    const known = streams.get(stream.name) ?? tablesOf(stream);
    streams.set(stream.name, known);
    return known;
  };
  context.streams.forEach(tablesFor);
  const fileOfPartition = (table: Table, segments: Segments) => {
    const ownerOnly = holdPersonalData(table.columns);
    const create = () => output.createFile(segments, { ownerOnly });
    const file = { segments, create, head: headOf(table, formOfParts) };
    if (formOfParts.format === TABLEAU_FORMAT) return { ...file, lines: () => 0 };
    const rewrite = lineRewriter(csvHeader(table.columns, TABLEAU_FORMAT), table.columns, formOfParts.format);
    let lines = 1;
    const inForm = (some: Uint8Array): Uint8Array => {
      lines += linesIn(some);
      return rewrite(some);
    };
    return { ...file, inForm, lines: () => lines };
  };
  const toRenew = (stream: string, signal: AbortSignal) => {
    let forgotten: Promise<void> | undefined;
    const renewing = () => (forgotten ??= counts.forget(stream));
    return { form, unknown, signal, renewing };
  };
  const stitchTables = (folder: OutputFolder, signal: AbortSignal): Promise<void> =>
    forEachConcurrent(STREAMS_AT_ONCE, [...streams], async ([stream, tables]) => {
      const options = toRenew(stream, signal);
      // A child after its parent, which it may be renewed with.
      for (const table of tables) noteRows(tableFile(table.name), await stitchTable(folder, table, options));
    });
  const renewFiles = async (signal: AbortSignal): Promise<void> => {
    const described = await describedTables(output);
    for (const [stream, tables] of streams) {
      const options = toRenew(stream, signal);
      for (const table of tables)
        await renewDailyFiles(output, table, { ...options, described: described.get(table.name) });
    }
  };

  return {
    name: context.name,
    capabilities: { delivery: 'replace', sharing: single ? 'last' : 'each' },
    // Of the single files only the parts count: without them a table would lose its old days.
    isEmpty: async () => !(await holds(output, PARTITION_FILES[settings.layout])),
    held: async (stream, project, days, signal) => {
      const fileOf = (table: Table, day: Day | null) => fileIn(table.name, { stream, project, day });
      const files = await heldFiles(output, stream, tablesFor(stream), days, fileOf);
      return counts.held(stream, project, days, files, signal);
    },
    check: () => checkFolder(output, settings.path),
    begin: async (partition) => {
      const files = tablesFor(partition.stream).map((table) =>
        fileOfPartition(table, fileIn(table.name, partition)),
      );
      const target = await openPartition(files, async (counted) => {
        for (const { segments, lines } of files) noteRows(segments, lines());
        await counts.committed(partition, counted);
      });
      return encodedWriter(partition.stream)(target);
    },
    finish: async ({ isPart = false }, signal) => {
      await counts.save();
      if (isPart) return { facts: {}, notes };
      const tables = [...streams.values()].flat();
      if (output instanceof OutputFolder && single) await stitchTables(output, signal);
      else await renewFiles(signal);
      const described = await writeDataPackage(output, tables, settings.layout, form.format);
      const isAsked = settings.source || settings.package || settings.workbook;
      if (output instanceof OutputFolder && isAsked && fitSource(settings)) {
        const { writeSources } = await import('./source/write-sources.js');
        await writeSources(output, described, settings, signal);
      }
      await output.tidyUp?.();
      return { facts: { tables: tables.length }, notes: [...notes.sort(), ...unknown.notes()] };
    },
    dispose: async () => output.dispose?.(),
  };
}

/** Most are small, and take as long as the disk takes to confirm them. */
const STREAMS_AT_ONCE = 4;
