import { type CheckResult, failedCheck } from '../catalogue/check-result.js';
import type { Output } from '../files/output.js';

/** Whether what a sink owns can be written; `path` as it is configured. */
export async function checkFolder(output: Output, path: string): Promise<CheckResult> {
  const what = `write to ${path}`;
  return output.tryOut().then(
    () => ({ what, ok: true, detail: 'a test file was written and removed' }),
    (error) => failedCheck(what, error),
  );
}
