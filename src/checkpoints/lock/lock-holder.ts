import { randomUUID } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { isRunning, OWN_PID } from '../../files/this-process.js';
import { formatDuration } from '../../time/duration.js';

/** What a lock says of the run that holds it. */
export const lockHolder = z.object({
  id: z.string(),
  pid: z.int(),
  host: z.string(),
  /** Tells process numbers of one container from those of another one on the same machine. */
  pid_space: z.string().optional(),
  since: z.string(),
  /** When it last showed that it is alive, by its own clock. */
  beat_at: z.number(),
});
export type LockHolder = z.output<typeof lockHolder>;

/** This process as a holder, with an id of its own. */
export async function thisRun(nowMs: number): Promise<LockHolder> {
  const space = await pidSpace();
  return {
    id: randomUUID(),
    pid: OWN_PID,
    host: hostname(),
    ...(space === undefined ? {} : { pid_space: space }),
    since: new Date(nowMs).toISOString(),
    beat_at: nowMs,
  };
}

/** True for a process of this machine that has ended; of any other nothing can be known. */
export function hasEnded(other: LockHolder, own: LockHolder): boolean {
  const isElsewhere = other.pid_space !== undefined && other.pid_space !== own.pid_space;
  return other.host === own.host && !isElsewhere && !isRunning(other.pid);
}

/** `process 4711 on build-3, since 2026-11-20T11:00:00.000Z, last seen 5.0 s ago` */
export function formatHolder({ pid, host, since, beat_at: beatAt }: LockHolder, nowMs: number): string {
  return `process ${pid} on ${host}, since ${since}, last seen ${formatDuration(Math.max(0, nowMs - beatAt))} ago`;
}

/** Linux alone has several on one machine. */
function pidSpace(): Promise<string | undefined> {
  return readlink('/proc/self/ns/pid').catch(() => undefined);
}
