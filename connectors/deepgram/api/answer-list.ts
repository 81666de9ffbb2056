import { ExportError } from '../../../src/errors/export-error.js';
import type { Json } from './tolerant-json.js';

/**
 * The list that an answer must have; null stands for an empty one. Taking a missing list for an empty one would
 * replace what an earlier run exported with nothing.
 */
export function listIn(answer: Json, name: string, stream: string): readonly unknown[] {
  const list = answer[name];
  if (Array.isArray(list)) return list;
  if (list === null) return [];
  throw unknownForm(`The answer for ${stream} has no list of ${name}.`);
}

/** Throws where records came and none was understood: that is not a bad record, but an answer we do not know. */
export function refuseUnknownForm(stream: string, given: number, understood: number): void {
  if (given === 0 || understood > 0) return;
  throw unknownForm(`None of the ${given} records in an answer for ${stream} could be understood.`);
}

/** The error for an answer that is none that we know: it must not be taken for nothing. */
export function unknownForm(message: string): ExportError {
  return new ExportError('SOURCE_ANSWER', message, {
    kind: 'permanent',
    hint: 'What an earlier run exported stays. If it happens again, please report it with this message.',
  });
}
