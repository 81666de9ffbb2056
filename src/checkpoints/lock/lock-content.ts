import { type LockHolder, lockHolder } from './lock-holder.js';

/** What a lock holds. */
export type LockContent = LockHolder | 'gone' | 'unreadable';

/** @param text undefined where there is none */
export function lockContent(text: string | undefined): LockContent {
  if (text === undefined) return 'gone';
  try {
    return lockHolder.safeParse(JSON.parse(text)).data ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** True for a lock of this run, whenever it was renewed. */
export function isSame(found: LockContent, own: LockHolder): boolean {
  return typeof found === 'object' && found.id === own.id;
}

/** True where its run has not shown itself in between. */
export function isUnchanged(found: LockContent, before: LockHolder | 'unreadable'): boolean {
  if (before === 'unreadable' || typeof found === 'string') return found === before;
  return isSame(found, before) && found.beat_at === before.beat_at;
}
