/** Node with Deepgram's official SDK and csv-stringify: eight pages at once, the records as they come. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { DeepgramClient } from '@deepgram/sdk';
import { stringify } from 'csv-stringify/sync';

const { url, key, project, day, pages, concurrency, fields } = JSON.parse(await readFile('job.json', 'utf8'));
const { projects } = new DeepgramClient({ apiKey: key, baseUrl: url }).manage.v1;

const models = await projects.models.list(project.id, { include_outdated: true });
const modelNames = new Map([...models.stt, ...models.tts].map((model) => [model.uuid, model.canonical_name]));
const keys = await projects.keys.list(project.id);
const keyNames = new Map(keys.api_keys.map(({ api_key }) => [api_key.api_key_id, api_key.comment]));

const lines = createWriteStream('requests.ndjson');
const table = createWriteStream('requests.csv');
table.write(stringify([fields]));

const numbers = pages.keys();
await Promise.all(Array.from({ length: concurrency }, exportSome));
await Promise.all([lines, table].map((file) => finished(file.end())));

async function exportSome() {
  for (const page of numbers) {
    const { requests } = await projects.requests.list(project.id, {
      start: day,
      end: day,
      limit: 1_000,
      page,
    });
    const rows = requests.map(flat);
    await written(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await written(
      table,
      stringify(
        rows.map((row) => Object.values(row).map(cellOf)),
        { cast: { boolean: String } },
      ),
    );
  }
}

async function written(file, text) {
  if (!file.write(text)) await once(file, 'drain');
}

function cellOf(value) {
  return Array.isArray(value) ? value.join('|') : value;
}

function flat(record) {
  const { response, path } = record;
  const { details = {}, tts_details: speech = {}, token_details: tokens = [] } = response ?? {};
  const segments = speech.speech_segments || [];
  const used = modelsOf(details, segments, tokens);
  const names = used?.map((model) => modelNames.get(model) ?? model);
  const created = moment(record.created);
  const completed = moment(response?.completed);
  const code = response?.code ?? record.code;
  const audio = details.duration ?? speech.duration;
  const characters = total(segments, 'characters');
  const tokensIn = total(tokens, 'input');
  const status = code >= 400 ? 'error' : code < 300 ? 'success' : response ? 'unknown' : 'lost';
  const isPriced = details.usd > 0 || !(audio || characters || tokensIn);
  const keyId = record.api_key_id ?? record.accessor;
  return {
    project_id: project.id,
    project_name: project.name,
    request_id: record.request_id,
    created_at: created,
    completed_at: completed ?? null,
    status,
    settled: status === 'success' ? isPriced : status !== 'unknown',
    endpoint: /\/v\d+\/(listen|speak|read|agent)(?:[/?#]|$)/.exec(path)?.[1] ?? 'other',
    path: path.split('?', 1)[0],
    method: details.method ?? null,
    deployment: record.deployment ?? response?.deployment ?? null,
    code: code ?? null,
    error_message: response?.message ?? null,
    api_key_id: keyId,
    api_key_name: keyNames.get(keyId) ?? null,
    model: names?.[0] ?? null,
    model_ids: used ?? null,
    model_names: names ?? null,
    language: details.config?.language ?? /[?&]language=([A-Za-z-]+)/.exec(path)?.[1] ?? null,
    tier: details.tier ?? segments[0]?.tier ?? null,
    tags: details.tags === '' ? [] : (details.tags ?? null),
    features: details.features === '' ? [] : (details.features ?? null),
    audio_seconds: audio ?? null,
    total_audio_seconds: details.total_audio ?? null,
    channels: details.channels ?? null,
    streams: details.streams ?? null,
    cost_usd: details.usd ?? null,
    tokens_in: tokensIn,
    tokens_out: total(tokens, 'output'),
    tts_characters: characters,
    latency_ms: completed ? (microseconds(completed) - microseconds(created)) / 1_000 : null,
    callback_code: record.callback?.code ?? null,
    callback_attempts: record.callback?.attempts ?? null,
    mip_opt_out: record.mip_opt_out ?? details.config?.mip_opt_out ?? null,
    date: created.slice(0, 10),
  };
}

function modelsOf({ models }, segments, tokens) {
  const listed = typeof models === 'string' ? models.split(' ').filter(Boolean) : models;
  if (listed?.length > 0) return listed;
  const used = new Set((segments.length > 0 ? segments : tokens).map(({ model }) => model));
  return used.size > 0 ? [...used] : listed;
}

function total(items, name) {
  const values = items.map((item) => item[name]).filter((value) => value !== undefined && value !== null);
  return values.length > 0 ? values.reduce((sum, value) => sum + value) : null;
}

function moment(text) {
  if (text === undefined) return undefined;
  const [seconds, fraction = ''] = text.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

function microseconds(text) {
  return Date.parse(`${text.slice(0, 19)}Z`) * 1_000 + Number(text.slice(20, 26));
}
