import { abortError } from '../../src/errors/export-error.js';
import type { OutputFolder } from '../../src/files/output-folder.js';
import { type FileForm, headOf } from './file-form.js';
import { headOfFile, readPart } from './part-reader.js';
import { listTableFiles, type Segments } from './table-files.js';
import type { Table } from './tables/table.js';

/**
 * Writes the files of a table anew that have other columns than this run's or another form, however old they are: a union
 * takes only files that are alike.
 *
 * @param isOtherForm where the files of this table may be in another form, which their first lines do not always tell
 * @param rewriting called before the first of them is replaced
 */
export async function renewDailyFiles(
  folder: OutputFolder,
  table: Table,
  {
    form,
    isOtherForm,
    signal,
  }: { readonly form: FileForm; readonly isOtherForm: boolean; readonly signal: AbortSignal },
  rewriting: () => Promise<void>,
): Promise<void> {
  const head = headOf(table, form);
  let isFirst = true;
  for (const segments of await listTableFiles(folder, table.name, 'daily')) {
    if (signal.aborted) throw abortError(signal);
    if (!isOtherForm && (await headOfFile(folder.path(segments))) === head) continue;
    if (isFirst) await rewriting();
    isFirst = false;
    await renew(folder, table, segments, form);
  }
}

async function renew(folder: OutputFolder, table: Table, segments: Segments, form: FileForm): Promise<void> {
  const { columns } = table;
  await folder.replaceFile(segments, async (file) => {
    await file.write(headOf(table, form));
    for await (const rows of readPart(folder.path(segments), { columns, format: form.format })) {
      await file.write(rows);
    }
  });
}
