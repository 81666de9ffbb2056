/** Where the totals are that a page is made of: beside it, so that a copy of both goes on elsewhere. */
export function partsOf(page: string): string {
  return `${page}.parts`;
}
