import { type ErrorCode, ExportError } from '../../errors/export-error.js';
import type { Day } from '../../time/day.js';
import { withBeginning } from '../day-rules.js';
import { STATE_VERSION, type StateDocument, stateSchemas } from './state-document.js';
import { stateVersion1 } from './state-version-1.js';

const REPAIR =
  'Run `deepgram-export state repair`, which sets it aside and begins anew, or put back a copy of it.';

/**
 * What was kept, if it can be understood. To take for empty what cannot would deliver everything again, and to overwrite
 * it lose what is known.
 *
 * @param found JSON; undefined where it was none
 * @param place as users know it
 * @throws ExportError `STATE_REFUSED`
 */
export function documentIn(
  found: unknown,
  place: string,
  { source, firstDay }: { readonly source: string; readonly firstDay: Day },
): StateDocument {
  if (found === undefined)
    throw stateRefused(place, 'it is no JSON: it is damaged, or no state file', REPAIR);
  const version = (found as { readonly version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > STATE_VERSION) {
    throw stateRefused(
      place,
      `it is of version ${version}, and this program knows ${STATE_VERSION}`,
      'Use the newer deepgram-export that wrote it.',
    );
  }
  const result = (
    version === 1 ? stateVersion1(source, firstDay) : stateSchemas(firstDay).stateDocument
  ).safeParse(found);
  if (result.success) return version === STATE_VERSION ? result.data : withBeginnings(result.data);
  throw stateDamaged(place, result.error.issues[0]?.path.join('.') ?? '');
}

/** What {@link documentIn} wants of a text. */
export function parsedDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A document of a version that knew no beginnings. */
function withBeginnings(document: StateDocument): StateDocument {
  for (const streams of document.sources.values())
    for (const projects of streams.values())
      for (const sinks of projects.values())
        for (const [sink, known] of sinks) sinks.set(sink, withBeginning(known));
  return { ...document, version: STATE_VERSION };
}

/** @param where in it */
export function stateDamaged(place: string, where: string): ExportError {
  return stateRefused(place, `it is damaged${where === '' ? '' : ` at ${where.slice(0, 200)}`}`, REPAIR);
}

export function stateRefused(
  place: string,
  why: string,
  hint: string,
  code: ErrorCode = 'STATE_REFUSED',
): ExportError {
  return new ExportError(code, `The state in ${place} cannot be used: ${why}.`, { kind: 'config', hint });
}
