import { type CheckResult, failedCheck } from '../catalogue/check-result.js';
import type { OutputFolder } from '../files/output-folder.js';

/** Whether a sink's folder can be written; `path` as it is configured. */
export async function checkFolder(folder: OutputFolder, path: string): Promise<CheckResult> {
  const what = `write to ${path}`;
  return folder.tryOut().then(
    () => ({ what, ok: true, detail: 'a test file was written and removed' }),
    (error) => failedCheck(what, error),
  );
}
