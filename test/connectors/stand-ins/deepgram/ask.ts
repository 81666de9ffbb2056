import type { StandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';

/** A record of the log, as far as these tests look into it. */
export interface LogRecord {
  readonly request_id: string;
  readonly created: string;
  readonly path: string;
  readonly api_key_id: string;
  readonly code?: number;
  readonly deployment?: string;
  readonly callback: unknown;
  readonly response: {
    readonly code?: number;
    readonly completed: string;
    readonly details?: {
      readonly usd?: number;
      readonly duration?: number;
      readonly total_audio?: number;
      readonly method: string;
      readonly models: string | string[];
      readonly tags?: string[] | '';
      readonly features?: string[] | '';
      readonly config?: object | '';
    };
    readonly token_details?: readonly { readonly input: number; readonly output: number }[];
    readonly tts_details?: { readonly speech_segments: '' | readonly { readonly characters: number }[] };
  } | null;
}

export const PROJECT = '1f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a61';
export const NOON = Date.parse('2026-11-20T12:00:00Z');

/** The answer to a call with the right key. */
export function ask(standIn: StandIn, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(standIn.url + path, { headers: { authorization: 'Token stand-in-key', ...headers } });
}

/** The JSON of a call about the first project. */
export async function askProject<T>(standIn: StandIn, path: string): Promise<T> {
  const answer = await ask(standIn, `/v1/projects/${PROJECT}/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T; // the tests compare what they read
}

/** Every record of a query, page after page, as a careless client reads it. */
export async function readAll(standIn: StandIn, query: string, limit = 100): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let page = 0; ; page++) {
    const path = `requests?limit=${limit}&page=${page}&${query}`;
    const { requests } = await askProject<{ requests: LogRecord[] }>(standIn, path);
    records.push(...requests);
    if (requests.length < limit) return records;
  }
}
