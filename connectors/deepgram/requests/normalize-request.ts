import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { epochMs, msBetween, type Timestamp } from '../../../src/time/timestamp.js';
import type { Names } from '../account/project-directory.js';
import {
  arrayOf,
  type Json,
  modelIdsOf,
  numberOf,
  objectOf,
  sumOf,
  textOf,
  textsOf,
  timestampOf,
} from '../api/tolerant-json.js';
import type { Endpoint, RequestRow, RequestStatus } from '../streams/requests.js';
import { languageInQuery, pathWithoutQuery, withoutQueries } from './redaction.js';

/** Ages at which a request without a response changes its name, in milliseconds. */
export interface StateAges {
  readonly unknownAfterMs: number;
  readonly lostAfterMs: number;
}

export interface RequestContext {
  readonly project: Project;
  readonly names: Names;
  readonly ages: StateAges;
  /** Milliseconds since the epoch: the moment of the run. */
  readonly now: number;
  readonly findings: Findings;
}

/**
 * One record of the request log in our form, or undefined for one that cannot be understood, which is then
 * among the findings.
 *
 * @see https://developers.deepgram.com/docs/using-logs-usage
 */
export function requestRow(raw: unknown, context: RequestContext): RequestRow | undefined {
  const record = objectOf(raw);
  const id = textOf(record?.request_id);
  const created = timestampOf(record?.created);
  if (!record || !id) return rejected(context, 'it has no request_id', raw);
  if (!created) return rejected(context, 'its created is no time', raw);

  const response = objectOf(record.response);
  const details = objectOf(response?.details);
  const speech = objectOf(response?.tts_details);
  const segments = arrayOf(speech?.speech_segments);
  const tokens = arrayOf(response?.token_details);
  const callback = objectOf(record.callback);
  const config = objectOf(details?.config);
  noteUnknownFields(context.findings, record, response, details, speech);

  const code = numberOf(response?.code) ?? numberOf(record.code);
  const completed = timestampOf(response?.completed);
  const status = statusOf(response, code, created, context);
  const apiKey = textOf(record.api_key_id) ?? textOf(record.accessor);
  const path = typeof record.path === 'string' ? record.path : '';
  const models = modelsOf(details, segments, tokens);
  const modelNames = models?.map((model) => context.names.model(model) ?? model) ?? null;
  const audio = numberOf(details?.duration) ?? numberOf(speech?.duration);
  const cost = numberOf(details?.usd);
  const characters = sumOf(segments, 'characters');
  const tokensIn = sumOf(tokens, 'input');

  return {
    project_id: context.project.id,
    project_name: context.project.name,
    request_id: id,
    created_at: created,
    completed_at: completed,
    status,
    settled:
      status === 'success'
        ? isPriced(cost, audio, characters, tokensIn)
        : status === 'error' || status === 'lost',
    endpoint: endpointOf(path),
    path: pathWithoutQuery(path),
    method: textOf(details?.method),
    deployment: textOf(record.deployment) ?? textOf(response?.deployment),
    code,
    error_message: withoutQueries(textOf(response?.message)),
    api_key_id: apiKey,
    api_key_name: apiKey === null ? null : (context.names.apiKey(apiKey) ?? null),
    model: modelNames?.[0] ?? null,
    model_ids: models,
    model_names: modelNames,
    language: textOf(config?.language) ?? languageInQuery(path),
    tier: textOf(details?.tier) ?? textOf(objectOf(segments[0])?.tier),
    tags: textsOf(details?.tags),
    features: textsOf(details?.features),
    audio_seconds: audio,
    total_audio_seconds: numberOf(details?.total_audio),
    channels: numberOf(details?.channels),
    streams: numberOf(details?.streams),
    cost_usd: cost,
    tokens_in: tokensIn,
    tokens_out: sumOf(tokens, 'output'),
    tts_characters: characters,
    latency_ms: completed === null ? null : msBetween(created, completed),
    callback_code: numberOf(callback?.code),
    callback_attempts: numberOf(callback?.attempts),
  };
}

function rejected(context: RequestContext, reason: string, raw: unknown): undefined {
  context.findings.reject('requests', reason, raw);
  return undefined;
}

function statusOf(
  response: Json | undefined,
  code: number | null,
  created: Timestamp,
  { ages, now }: RequestContext,
): RequestStatus {
  if (code !== null && code >= 400) return 'error';
  if (response && code !== null && code < 300) return 'success';
  const age = now - epochMs(created);
  if (age >= ages.lostAfterMs) return response ? 'unknown' : 'lost';
  return age >= ages.unknownAfterMs ? 'unknown' : 'pending';
}

/**
 * Cost arrives later than the rest, first as 0: a request that used something and costs nothing yet will be
 * restated.
 *
 * @see https://github.com/deepgram/deepgram-python-sdk/issues/457
 */
function isPriced(cost: number | null, ...amounts: readonly (number | null)[]): boolean {
  return (cost !== null && cost > 0) || amounts.every((amount) => amount === null || amount === 0);
}

const ENDPOINT = /\/v\d+\/(listen|speak|read|agent)(?:[/?#]|$)/;

function endpointOf(path: string): Endpoint {
  // Safe: the pattern's only group is one of the four.
  return (ENDPOINT.exec(path)?.[1] as Endpoint | undefined) ?? 'other';
}

/** Speech and token details name models too, where the record itself has no list. */
function modelsOf(
  details: Json | undefined,
  segments: readonly unknown[],
  tokens: readonly unknown[],
): readonly string[] | null {
  const listed = modelIdsOf(details?.models);
  if (listed && listed.length > 0) return listed;
  const named = new Set<string>();
  for (const item of segments.length > 0 ? segments : tokens) {
    const model = textOf(objectOf(item)?.model);
    if (model) named.add(model);
  }
  return named.size > 0 ? [...named] : listed;
}

const KNOWN_RECORD = new Set(
  'request_id project_uuid project_id created path api_key_id accessor response code deployment callback'.split(
    ' ',
  ),
);
const KNOWN_RESPONSE = new Set(
  'details code completed message deployment token_details tts_details accessor'.split(' '),
);
const KNOWN_DETAILS = new Set(
  'usd duration total_audio channels streams tier metadata models method tags features config'.split(' '),
);
const KNOWN_SPEECH = new Set('duration speech_segments audio_metadata'.split(' '));

function noteUnknownFields(
  findings: Findings,
  record: Json,
  response: Json | undefined,
  details: Json | undefined,
  speech: Json | undefined,
): void {
  findings.noteUnknownFields('requests', '', record, KNOWN_RECORD);
  if (response) findings.noteUnknownFields('requests', 'response.', response, KNOWN_RESPONSE);
  if (details) findings.noteUnknownFields('requests', 'response.details.', details, KNOWN_DETAILS);
  if (speech) findings.noteUnknownFields('requests', 'response.tts_details.', speech, KNOWN_SPEECH);
}
