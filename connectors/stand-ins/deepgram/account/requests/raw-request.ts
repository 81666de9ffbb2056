import { type GeneratedRequest, PLANTED_KEYTERM } from './generated-request.js';
import { type FormChoice, type Forms, formOf } from './record-forms.js';
import { requestIdAt } from './request-id.js';
import type { RequestUsage } from './request-usage.js';

export interface RecordContext {
  readonly project: { readonly id: string; readonly seed: number };
  readonly nowUs: number;
  readonly forms: Forms;
  /** Whether it tells what a request cost. */
  readonly prices: boolean;
}

/**
 * The record of one request as the log shows it at this moment. Made to be written as JSON: what is `undefined`
 * is left out there.
 */
export function rawRequest(
  request: GeneratedRequest,
  { project, nowUs, forms, prices }: RecordContext,
): object {
  const form = formOf(request.formSeed, forms);
  const answered = nowUs >= request.respondedUs;
  return {
    request_id: requestIdAt(project.seed, request),
    project_uuid: form.old ? undefined : project.id,
    created: timeText(request.createdUs),
    path: request.usage.path + queryOf(request),
    accessor: form.old ? undefined : request.key.id,
    api_key_id: request.key.id,
    response: answered ? responseOf(request, form, prices && nowUs >= request.pricedUs) : null,
    code: answered && !form.codeInside ? request.code : undefined,
    deployment: form.deploymentInside ? undefined : request.deployment,
    callback: callbackOf(request, form, answered),
  };
}

function responseOf(request: GeneratedRequest, form: FormChoice, priced: boolean): object {
  const { usage, code, message, deployment, completedUs } = request;
  return {
    // A failed request was not always looked into far enough to have details.
    details: form.sparse && message !== undefined ? undefined : detailsOf(request, form, priced),
    code: form.codeInside ? code : undefined,
    completed: timeText(form.roundedTime ? Math.ceil(completedUs / 1_000) * 1_000 : completedUs),
    message,
    deployment: form.deploymentInside ? deployment : undefined,
    token_details: usage.tokens.length === 0 ? undefined : usage.tokens,
    tts_details: usage.characters > 0 || usage.endpoint === 'speak' ? speechOf(usage, form) : undefined,
  };
}

function detailsOf(request: GeneratedRequest, form: FormChoice, priced: boolean): object {
  const { usage, tags } = request;
  const { durationUs, models, features, channels } = usage;
  const ids = models.map((model) => model.uuid);
  return {
    usd: priced ? usage.nanodollars / 1e9 : form.unpricedAsMissing ? undefined : 0,
    duration: durationUs === undefined ? undefined : durationUs / 1e6,
    total_audio: durationUs === undefined ? undefined : (durationUs * channels) / 1e6,
    channels: form.sparse ? undefined : channels,
    streams: form.sparse ? undefined : usage.method === 'streaming' ? 1 : 0,
    tier: form.sparse ? undefined : models[0].architecture,
    metadata: form.sparse ? undefined : null,
    models: form.modelsAsText ? ids.join(' ') : ids,
    method: usage.method,
    tags: form.sparse && tags.length === 0 ? undefined : listOr(tags, form),
    features: form.sparse && features.length === 0 ? undefined : listOr(features, form),
    config: form.sparse ? undefined : configOf(request, form),
  };
}

/** Part of what the caller chose; nothing was chosen in a call without options. */
function configOf({ usage, language }: GeneratedRequest, form: FormChoice): object | '' {
  if (usage.features.length === 0 && form.emptyAsText) return '';
  const config: Record<string, string | boolean> = { language };
  if (usage.endpoint === 'listen') config.model = usage.models[0].canonicalName;
  for (const feature of usage.features) config[feature] = true;
  return config;
}

function speechOf({ characters, models }: RequestUsage, form: FormChoice): object {
  const voice = models.find((model) => model.kind === 'tts') ?? models[0];
  const segments = characters === 0 ? [] : [{ characters, model: voice.uuid, tier: voice.architecture }];
  return { duration: characters / 16, speech_segments: listOr(segments, form), audio_metadata: null };
}

function callbackOf(
  { callback, completedUs }: GeneratedRequest,
  form: FormChoice,
  answered: boolean,
): unknown {
  if (callback === undefined) return null;
  if (!form.callbackAsObject) return callback.url;
  if (!answered) return null;
  return { attempts: callback.attempts, code: callback.code, completed: timeText(completedUs + 350_000) };
}

function listOr<T>(list: readonly T[], form: FormChoice): readonly T[] | '' {
  return list.length === 0 && form.emptyAsText ? '' : list;
}

function queryOf({ usage, language, tags, callback, index }: GeneratedRequest): string {
  const { models, endpoint, features } = usage;
  let query = `?model=${models[0].canonicalName}`;
  if (endpoint === 'listen') query += `&language=${language}`;
  for (const feature of features) query += `&${feature}=true`;
  for (const tag of tags) query += `&tag=${tag}`;
  if (endpoint === 'listen' && index % 5 === 0) query += `&keyterm=${PLANTED_KEYTERM}`;
  if (callback) query += `&callback=${encodeURIComponent(callback.url)}`;
  return query;
}

/** ISO 8601 with as many fractional digits as are needed: none, three or six. */
function timeText(microseconds: number): string {
  const text = new Date(Math.floor(microseconds / 1_000)).toISOString();
  const rest = microseconds % 1_000;
  if (rest !== 0) return `${text.slice(0, 23)}${String(rest).padStart(3, '0')}Z`;
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
}
