import type { Row } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { type RequestRow, requests } from '../deepgram/streams/requests.js';
import { type UsageRow, usage } from '../deepgram/streams/usage.js';

/** The moment that the clock of a sink under test should show: 20 minutes after the last sample request. */
export const NOW = Date.parse('2026-11-20T12:20:00Z');

/** A key for destinations that want one; it must turn up nowhere. */
export const SECRET = 'a-secret-key-of-the-conformance-suite';

export const STREAMS: readonly Stream[] = [usage, requests];

const PROJECT = { id: '7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11', name: 'Support line' };
const BY_NAME: Readonly<Record<string, Stream>> = { usage, requests };

export function partitionOf(stream: 'requests' | 'usage', day: string): Partition {
  const found = BY_NAME[stream];
  if (!found) throw new Error(`no sample of ${stream}`);
  return { stream: found, project: PROJECT, day };
}

/** Three requests, or one row of usage, of a day. */
export function rowsOf(stream: 'requests' | 'usage', day = '2026-11-20'): readonly Row[] {
  if (stream === 'usage') return [usageRow(day)];
  return [
    requestRow(1, day),
    requestRow(2, day, {
      tags: ['prod', 'ivr'],
      features: ['diarize'],
      model: 'nova-3',
      model_ids: ['m1'],
      model_names: ['nova-3'],
    }),
    requestRow(3, day, {
      status: 'error',
      code: 400,
      error_message: 'Bad Request',
      cost_usd: null,
      audio_seconds: null,
    }),
  ];
}

/** Requests in the order of their time within the hour before {@link NOW}'s last twenty minutes. */
export function manyRequests(count: number, day = '2026-11-20'): readonly Row[] {
  return Array.from({ length: count }, (_, index) => requestRow(index + 1, day));
}

/** One request of 11:40 and some seconds; `changes` replaces fields. */
export function requestRow(index: number, day = '2026-11-20', changes: Partial<RequestRow> = {}): RequestRow {
  const minute = 40 + (Math.floor(index / 60) % 20);
  const second = String(index % 60).padStart(2, '0');
  return {
    project_id: PROJECT.id,
    project_name: PROJECT.name,
    request_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    created_at: `${day}T11:${minute}:${second}.434302Z`,
    completed_at: `${day}T11:${minute}:${second}.934302Z`,
    status: 'success',
    settled: true,
    endpoint: 'listen',
    path: '/v1/listen',
    method: 'sync',
    deployment: 'hosted',
    code: 200,
    error_message: null,
    api_key_id: 'key-1',
    api_key_name: 'production',
    model: null,
    model_ids: null,
    model_names: null,
    language: 'en',
    tier: 'nova-3',
    tags: null,
    features: [],
    audio_seconds: 12.5,
    total_audio_seconds: 12.5,
    channels: 1,
    streams: 1,
    cost_usd: 0.00225,
    tokens_in: null,
    tokens_out: null,
    tts_characters: null,
    latency_ms: 500,
    callback_code: null,
    callback_attempts: null,
    mip_opt_out: null,
    date: day,
    ...changes,
  };
}

/** The documentation's sample of 2023-10-01, on any day. */
export function usageRow(day: string): UsageRow {
  return {
    project_id: PROJECT.id,
    project_name: PROJECT.name,
    date: day,
    period_end: day,
    hours: 865.7331186111111,
    total_hours: 867.6975186111111,
    agent_hours: null,
    tokens_in: null,
    tokens_out: null,
    tts_characters: null,
    tts_requests: null,
    requests: 54105,
  };
}
