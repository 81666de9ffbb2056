import { resolve } from 'node:path';
import { failedCheck } from '../../src/catalogue/check-result.js';
import type { Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { forEachConcurrent } from '../../src/deliver/for-each-concurrent.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';
import { CRLF, csvEncoder, csvHeader } from './csv/csv-encoder.js';
import { heldFiles } from './held-files.js';
import { writeDataPackage } from './package/package-file.js';
import { openPartition } from './partition-files.js';
import { BYTE_ORDER_MARK, stitchTable } from './single/stitch.js';
import { dailyFile, PARTITION_FILES, partFile } from './table-files.js';
import type { TableauSettings } from './tableau-settings.js';
import { tablesOf } from './tables/stream-tables.js';
import type { Table } from './tables/table.js';

/**
 * CSV tables that Tableau reads without help, with `datapackage.json` beside them.
 *
 * - `layout: single`: `<path>/<table>.csv` with every partition ever delivered, by project id and day, also a table
 *   without any, which is its header. It is put together at {@link Sink.finish} from the parts in `<path>/.parts/`.
 * - `layout: daily`: `<path>/<table>/<table>_<project>_<day>.csv` (or `_snapshot.csv`), each there with its commit.
 *
 * A stream is one table of its name; `requests` has `requests_tags`, `requests_models` and `requests_features`
 * beside it. How values are written is said at {@link csvEncoder}. What an earlier run wrote keeps the settings of
 * that run, such as `escape_formulas`, until its day is read again.
 */
export function tableauSink(settings: TableauSettings, context: SinkContext): Sink {
  const folder = new OutputFolder(resolve(context.cwd, settings.path));
  const counts = partitionCounts(folder, context.log);
  const single = settings.layout === 'single';
  const fileIn = single ? partFile : dailyFile;
  const bom = settings.bom ? BYTE_ORDER_MARK : '';
  const options = { escapeFormulas: settings.escape_formulas };
  const encodedWriter = encodedStreams((dictionary) => csvEncoder(dictionary, options));
  const streams = new Map<string, readonly Table[]>();
  const tablesFor = (stream: Stream): readonly Table[] => {
    const known = streams.get(stream.name) ?? tablesOf(stream);
    streams.set(stream.name, known);
    return known;
  };
  context.streams.forEach(tablesFor);

  return {
    name: context.name,
    capabilities: { delivery: 'replace' },
    // Of the single files only the parts count: without them a table would lose its old days.
    isEmpty: async () => !(await folder.holds(PARTITION_FILES[settings.layout])),
    held: async (stream, project, days, signal) => {
      const fileOf = (table: Table, day: Day | null) => fileIn(table.name, { stream, project, day });
      const files = await heldFiles(folder, stream, tablesFor(stream), days, fileOf);
      return counts.held(stream, project, days, files, signal);
    },
    check: async () => {
      const what = `write to ${settings.path}`;
      return folder.tryOut().then(
        () => ({ what, ok: true, detail: 'a test file was written and removed' }),
        (error) => failedCheck(what, error),
      );
    },
    begin: async (partition) => {
      const files = tablesFor(partition.stream).map((table) => {
        const header = csvHeader(table) + CRLF;
        return {
          create: () => folder.createFile(fileIn(table.name, partition)),
          head: single ? header : bom + header,
        };
      });
      return encodedWriter(partition.stream)(
        await openPartition(files, (counted) => counts.committed(partition, counted)),
      );
    },
    finish: async (_run, signal) => {
      await counts.save();
      const tables = [...streams.values()].flat();
      if (single) {
        await forEachConcurrent(TABLES_AT_ONCE, tables, (table) =>
          stitchTable(folder, table, { bom: settings.bom, signal }),
        );
      }
      await writeDataPackage(folder, tables, settings.layout);
      return { facts: { tables: tables.length }, notes: [] };
    },
  };
}

/** Most are small, and take as long as the disk takes to confirm them. */
const TABLES_AT_ONCE = 4;
