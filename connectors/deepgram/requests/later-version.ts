import type { RequestRow } from '../streams/requests.js';

/** Of two records with one id, `read` after `known`, the one that tells of a later time. */
export function laterOf(known: RequestRow, read: RequestRow): RequestRow {
  if (hasResponse(known) !== hasResponse(read)) return hasResponse(read) ? read : known;
  return (known.completed_at ?? '') > (read.completed_at ?? '') ? known : read;
}

/** True where a request has been answered between two pages: the same record, later. */
export function isProgress(known: RequestRow, read: RequestRow): boolean {
  return !hasResponse(known) && hasResponse(read);
}

export function differ(one: RequestRow, other: RequestRow): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function hasResponse({ completed_at, code }: RequestRow): boolean {
  return completed_at !== null || code !== null;
}
