import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { msBetween } from '../../../src/time/timestamp.js';
import type { Names } from '../account/project-directory.js';
import { FieldReader } from '../api/field-reader.js';
import { type Json, objectOf, textOf, timestampOf } from '../api/tolerant-json.js';
import type { Endpoint, RequestRow } from '../streams/requests.js';
import { pendingOf } from './finality.js';
import { noteUnknownFields } from './known-fields.js';
import { redactedMessage } from './message-redaction.js';
import type { ProjectPrices } from './project-prices.js';
import { languageInQuery, optOutInQuery, pathWithoutQuery } from './redaction.js';
import { requestNames } from './request-names.js';
import { requestStatus, type StateAges, unlessEmpty } from './request-state.js';

export interface RequestContext {
  readonly project: Project;
  readonly names: Names;
  readonly ages: StateAges;
  /** Milliseconds since the epoch: the moment of the run. */
  readonly now: number;
  /** Whether a request that has no cost may still get one in this project. */
  readonly prices: Pick<ProjectPrices, 'areComing' | 'lookAt'>;
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

  const read = new FieldReader('requests', context.findings, record);
  const response = unlessEmpty(read.object(record.response, 'response'));
  const details = read.object(response?.details, 'response.details');
  const speech = read.object(response?.tts_details, 'response.tts_details');
  const segments = read.objects(speech?.speech_segments, 'response.tts_details.speech_segments');
  const tokens = read.objects(response?.token_details, 'response.token_details');
  // A URL says nothing of how it went.
  const callback = typeof record.callback === 'string' ? undefined : read.object(record.callback, 'callback');
  const config = read.object(details?.config, 'response.details.config');
  noteUnknownFields(context.findings, { record, callback, response, details, tokens, speech, segments });

  const code = read.integer(response?.code, 'response.code') ?? read.integer(record.code, 'code');
  const completed = read.timestamp(response?.completed, 'response.completed');
  const apiKey = read.text(record.api_key_id, 'api_key_id') ?? read.text(record.accessor, 'accessor');
  const path = read.text(record.path, 'path') ?? '';
  const models = modelsOf(read, details, segments, tokens);
  const named = requestNames(apiKey, models, context.names);
  const attempts = read.integer(callback?.attempts, 'callback.attempts');
  const callbackCode = read.integer(callback?.code, 'callback.code');

  const row = {
    project_id: context.project.id,
    project_name: context.project.name,
    request_id: id,
    created_at: created,
    completed_at: completed,
    status: requestStatus({ response, code, created }, context.ages, context.now),
    settled: true, // until it is known below
    endpoint: endpointOf(path),
    path: pathWithoutQuery(path),
    method: read.text(details?.method, 'response.details.method'),
    deployment:
      read.text(record.deployment, 'deployment') ?? read.text(response?.deployment, 'response.deployment'),
    code,
    error_message: redactedMessage(read.text(response?.message, 'response.message')),
    api_key_id: apiKey,
    api_key_name: named.api_key_name,
    model: named.model,
    model_ids: models,
    model_names: named.model_names,
    language: read.text(config?.language, 'response.details.config.language') ?? languageInQuery(path),
    tier: read.text(details?.tier, 'response.details.tier') ?? textOf(segments[0]?.tier),
    tags: read.texts(details?.tags, 'response.details.tags'),
    features: read.texts(details?.features, 'response.details.features'),
    audio_seconds:
      read.number(details?.duration, 'response.details.duration') ??
      read.number(speech?.duration, 'response.tts_details.duration'),
    total_audio_seconds: read.number(details?.total_audio, 'response.details.total_audio'),
    channels: read.integer(details?.channels, 'response.details.channels'),
    streams: read.integer(details?.streams, 'response.details.streams'),
    cost_usd: read.number(details?.usd, 'response.details.usd'),
    tokens_in: read.sum(tokens, 'input', 'response.token_details.input'),
    tokens_out: read.sum(tokens, 'output', 'response.token_details.output'),
    tts_characters: read.sum(segments, 'characters', 'response.tts_details.speech_segments.characters'),
    latency_ms: completed === null ? null : msBetween(created, completed),
    callback_code: callbackCode,
    callback_attempts: attempts,
    mip_opt_out:
      read.boolean(record.mip_opt_out, 'mip_opt_out') ??
      read.boolean(config?.mip_opt_out, 'response.details.config.mip_opt_out') ??
      optOutInQuery(path),
    date: created.slice(0, 10),
  };
  const isCallbackOpen = (attempts !== null || callbackCode !== null) && !callback?.completed;
  const seen = { hasResponse: response !== undefined, isCallbackOpen };
  const pending = pendingOf(row, seen, context.ages, context.prices.areComing);
  row.settled = pending === undefined || pending.untilMs <= context.now;
  return row;
}

function rejected(context: RequestContext, reason: string, raw: unknown): undefined {
  context.findings.reject('requests', reason, raw);
  return undefined;
}

const ENDPOINT = /(?:^|\/v\d+)\/(listen|speak|read|agent)(?:[/?#]|$)/;

function endpointOf(path: string): Endpoint {
  // Safe: the pattern's only group is one of the four.
  return (ENDPOINT.exec(path)?.[1] as Endpoint | undefined) ?? 'other';
}

/** Old records name one model; speech and token details name models too, where the record itself has no list. */
function modelsOf(
  read: FieldReader,
  details: Json | undefined,
  segments: readonly Json[],
  tokens: readonly Json[],
): readonly string[] | null {
  const listed = read.modelIds(details?.models, 'response.details.models');
  if (listed && listed.length > 0) return listed;
  const model = read.text(details?.model, 'response.details.model');
  if (model !== null) return [model];
  const named = new Set<string>();
  for (const item of segments.length > 0 ? segments : tokens) {
    const name = textOf(item.model);
    if (name) named.add(name);
  }
  return named.size > 0 ? [...named] : listed;
}
