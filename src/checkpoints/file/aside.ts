/** What is put behind the name of a file that is set aside: the moment, without characters that names cannot have. */
export function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
}
