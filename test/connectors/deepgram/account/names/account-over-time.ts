import { onTestFinished } from 'vitest';
import type { FaultKind } from '../../../../../connectors/stand-ins/deepgram/server/faults.js';
import { type StandIn, startStandIn } from '../../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import type { SourceMemory } from '../../../../../src/catalogue/source-type.js';
import type { Row } from '../../../../../src/streams/field.js';
import type { Day } from '../../../../../src/time/day.js';
import { dayAt } from '../../../../../src/time/day.js';
import { openSource, type Reading, readAccount } from '../../read-account.js';

export const NOON = Date.parse('2026-11-20T12:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const PROJECT = { id: 'p-1', name: 'Support' };

interface KeyEntry {
  readonly member?: object;
  readonly api_key: { readonly api_key_id: string; readonly comment: string };
}

/** An account whose lists change between the runs of one state. */
export async function accountOverTime(options: StandInOptions = {}) {
  const answers: Record<string, object> = {};
  const standIn = await startStandIn({
    now: NOON,
    projects: [PROJECT],
    requestsPerDay: 40,
    ...options,
    answers,
  });
  onTestFinished(() => standIn.close());
  const memory = rememberedAsText();
  const path = (end: string) => `/v1/projects/p-1/${end}`;
  const reading = (streams: Reading['streams'], since?: Day, projects?: Reading['projects']): Reading => {
    const now = standIn.clock.now();
    const days = { since: since ?? dayAt(now), until: dayAt(now) };
    return { url: standIn.url, streams, ...days, now, memory, ...(projects && { projects }) };
  };
  return {
    standIn,
    memory,
    /** Replaces what a path of the project answers; undefined gives the account's own answer back. */
    answer: (end: string, body: object | undefined): void => {
      if (body === undefined) delete answers[path(end)];
      else answers[path(end)] = body;
    },
    renameProject: (name: string): void => {
      answers['/v1/projects'] = { projects: [{ project_id: PROJECT.id, name }] };
    },
    /** The keys as the account lists them. */
    keys: async (): Promise<readonly KeyEntry[]> =>
      (await ask<{ api_keys: KeyEntry[] }>(standIn, path('keys'))).api_keys,
    /** Runs once; what it asked for is in `calls`, without the project's path. */
    run: async (streams: Reading['streams'], since?: Day, projects?: Reading['projects']) => {
      const before = standIn.calls.length;
      const { result, sink } = await readAccount(reading(streams, since, projects));
      const calls = standIn.calls.slice(before).map((call) => call.path.replace(path(''), ''));
      return { result, calls, rows: (stream: string): readonly Row[] => sink.rows(stream) };
    },
    /** Reads the present day of one stream, and says whether it may be closed. */
    readToday: async (streams: Reading['streams'], fault?: FaultKind, ...ends: readonly string[]) => {
      if (fault !== undefined) {
        standIn.faults.retryAfterSeconds = 0;
        for (const end of ends) standIn.faults.next(fault, 20, (call) => call.path === path(end));
      }
      const { source, streams: selected } = await openSource(reading(streams));
      const stream = selected.at(-1);
      if (stream === undefined) throw new Error('a stream must be on');
      const rows: Row[] = [];
      let isProvisional = false;
      const request = { stream, project: PROJECT, days: [dayAt(standIn.clock.now())] as const };
      for await (const part of source.read(request, new AbortController().signal)) {
        for await (const batch of part.batches) rows.push(...batch);
        isProvisional ||= part.isProvisional?.() ?? false;
      }
      const { warnings } = source.findings();
      await source.close();
      return { rows, isProvisional, warnings };
    },
  };
}

export async function ask<Answer>({ url }: StandIn, path: string): Promise<Answer> {
  const answer = await fetch(url + path, { headers: { authorization: 'Token stand-in-key' } });
  return (await answer.json()) as Answer; // safe: the account's own answer
}

/** Different values of a field. */
export function valuesOf(rows: readonly Row[], field: string): readonly unknown[] {
  return [...new Set(rows.map((row) => row[field]))].sort();
}

/** As a state keeps it: what is no JSON does not come back. */
function rememberedAsText(): SourceMemory {
  const texts = new Map<string, string>();
  return {
    get: (project) => JSON.parse(texts.get(project) ?? 'null') ?? undefined,
    set: (project, value) => {
      texts.set(project, JSON.stringify(value));
    },
  };
}
