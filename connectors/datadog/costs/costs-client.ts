import type { HttpAnswer, HttpRequest } from '../../../src/http/http-client.js';
import { isJsonObject, type Json, type JsonObject } from '../../../src/text/json-object.js';
import { type Call, type DatadogClient, jsonIn } from '../shared/datadog-client.js';
import { noneFor404 } from '../shared/refusal.js';
import type { CostFile } from './cost-file.js';

/** A file of costs as Datadog lists it. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  /** Seen so far: `UPLOADING`, `PROCESSING`, `ACTIVE`. */
  readonly status: string;
  /** Milliseconds since the epoch; 0 where it is not said. */
  readonly uploadedAt: number;
}

/** @see https://docs.datadoghq.com/account_management/rbac/permissions/ */
export const COST_PERMISSIONS = 'cloud_cost_management_read and cloud_cost_management_write';
const PAGE_SIZE = 100;
const MOST_PAGES = 1_000;

/** The custom costs of an account. */
export type CostsClient = ReturnType<typeof costsClient>;

/**
 * By our own HTTP: the official client sends but the lines of a file, and all of them get the name `data.json`.
 * @see https://docs.datadoghq.com/api/latest/cloud-cost-management/#upload-custom-costs-file
 */
export function costsClient(client: DatadogClient) {
  const url = `${client.baseUrl}/api/v2/cost/custom_costs`;
  const send = <T>(request: Omit<HttpRequest<T>, 'headers'>, headers = {}): Promise<T> =>
    client.send({ ...request, headers: { Accept: 'application/json', ...headers } });
  return {
    /** The files whose names hold this text. */
    async list(text: string, call: Call): Promise<readonly StoredFile[]> {
      const found = new Map<string, StoredFile>();
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = new URLSearchParams({ 'filter[name]': text, 'page[size]': String(PAGE_SIZE) });
        // Whether pages are counted from 0 or from 1 is not documented: the first is asked for without a number.
        if (page > 0) query.set('page[number]', String(page));
        const { files, total } = await send({ url: `${url}?${query}`, ...call, parse: pageIn });
        for (const file of files) if (file.name.includes(text)) found.set(file.id, file);
        if (files.length === 0 || found.size >= total) break;
      }
      return [...found.values()];
    },
    /** `again`: it was sent more than once, and an earlier try may have come through without an answer. */
    async upload({ name, content }: CostFile, call: Call) {
      const form = new FormData();
      form.set('file', new File([content], name, { type: 'text/json' }));
      const encoded = new Response(form);
      const headers = { 'Content-Type': encoded.headers.get('content-type') };
      const body = Buffer.from(await encoded.arrayBuffer());
      let again = false;
      const onFailedTry = () => {
        again = true;
      };
      const request = { url, method: 'PUT', body, ...call, onFailedTry } as const;
      const file = await send({ ...request, parse: uploadedIn }, headers);
      return { file, again };
    },
    /** False where Datadog says that there is no such file: it is gone already, or should be. */
    async remove({ id }: StoredFile, call: Call): Promise<boolean> {
      const request = { url: `${url}/${encodeURIComponent(id)}`, method: 'DELETE', ...call } as const;
      return (await send({ ...request, parse: () => true }).catch(noneFor404)) ?? false;
    },
  };
}

function pageIn(answer: HttpAnswer) {
  const { data, meta } = bodyOf(answer);
  if (!Array.isArray(data)) throw new SyntaxError('The answer is no list of files.');
  const total = isJsonObject(meta) ? meta.total_filtered_count : undefined;
  return {
    files: data.flatMap((item) => storedFile(item) ?? []),
    total: typeof total === 'number' ? total : Number.POSITIVE_INFINITY,
  };
}

/** Never throws: the file is there, and what cannot be read is sent again. */
function uploadedIn(answer: HttpAnswer): StoredFile | undefined {
  try {
    return storedFile(bodyOf(answer).data);
  } catch {
    return undefined;
  }
}

function storedFile(item: Json | undefined): StoredFile | undefined {
  if (!isJsonObject(item) || typeof item.id !== 'string' || !isJsonObject(item.attributes)) return undefined;
  const { name, status, uploaded_at: uploadedAt } = item.attributes;
  return {
    id: item.id,
    name: typeof name === 'string' ? name : '',
    status: typeof status === 'string' ? status : '',
    uploadedAt: typeof uploadedAt === 'number' ? uploadedAt : 0,
  };
}

function bodyOf(answer: HttpAnswer): JsonObject {
  const json = jsonIn(answer);
  return isJsonObject(json) ? json : {};
}
