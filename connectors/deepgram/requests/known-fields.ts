import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Json } from '../api/tolerant-json.js';

const RECORD = setOf(
  'request_id project_uuid project_id created path api_key_id accessor response code deployment callback mip_opt_out',
);
const CALLBACK = setOf('attempts code completed');
const RESPONSE = setOf('details code completed message deployment token_details tts_details accessor');
const DETAILS = setOf(
  'usd duration total_audio channels streams tier metadata model models method tags features config',
);
const TOKENS = setOf('feature input output model');
const SPEECH = setOf('duration speech_segments audio_metadata');
const SEGMENT = setOf('characters model tier');

/** The objects that a record of the request log is made of. */
export interface RecordParts {
  readonly record: Json;
  readonly callback: Json | undefined;
  readonly response: Json | undefined;
  readonly details: Json | undefined;
  readonly tokens: readonly Json[];
  readonly speech: Json | undefined;
  readonly segments: readonly Json[];
}

/** Names what a record has and we do not know. `config` and `metadata` are the caller's, who may put anything there. */
export function noteUnknownFields(findings: Findings, parts: RecordParts): void {
  const { record, callback, response, details, tokens, speech, segments } = parts;
  note(findings, '', record, RECORD);
  if (callback) note(findings, 'callback.', callback, CALLBACK);
  if (response) note(findings, 'response.', response, RESPONSE);
  if (details) note(findings, 'response.details.', details, DETAILS);
  if (speech) note(findings, 'response.tts_details.', speech, SPEECH);
  for (const use of tokens) note(findings, 'response.token_details.', use, TOKENS);
  for (const segment of segments) note(findings, 'response.tts_details.speech_segments.', segment, SEGMENT);
}

function note(findings: Findings, prefix: string, object: Json, known: ReadonlySet<string>): void {
  findings.noteUnknownFields('requests', prefix, object, known);
}

function setOf(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}
