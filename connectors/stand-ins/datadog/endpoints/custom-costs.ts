import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../../../src/encode/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import type { AssetFault } from '../account/account-assets.js';
import { type Answer, answer, bodyOf } from '../server/server.js';
import { found, NOT_FOUND, refused, wholeOf } from './asset-answers.js';
import { type ReceivedCosts, readCosts } from './cost-payload.js';

/** A file of costs that is there. Its status may be set, as Datadog does when it has worked on a file. */
export interface StoredCosts extends ReceivedCosts {
  readonly id: string;
  readonly uploadedAt: number;
  status: string;
}

/** The custom costs of the account. */
export interface CustomCosts {
  /** In the order of their upload. */
  readonly files: readonly StoredCosts[];
  /** Every call, such as `PUT` or `DELETE`, refused ones included. */
  readonly calls: readonly string[];
  /** By method; each meets one call, before it is done, or after it, so that only its answer is lost. */
  readonly faults: Map<string, AssetFault[]>;
  /** Puts a file there as a person would. */
  add(costs: ReceivedCosts): void;
  serves(request: IncomingMessage): boolean;
  /** Throws `BadPayload`. */
  take(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const PATH = /^\/api\/v2\/cost\/custom_costs(?:\/([\w-]+))?$/;
const DEFAULT_PAGE = 10;

/** What Datadog documents, or was recorded of it: files are added up, listed in pages by their names, and removed by id. */
export function customCosts({
  appKey,
  clock,
}: {
  readonly appKey?: string;
  readonly clock: Clock;
}): CustomCosts {
  const files = new Map<string, StoredCosts>();
  const calls: string[] = [];
  const faults = new Map<string, AssetFault[]>();

  const add = (costs: ReceivedCosts): StoredCosts => {
    const file = { ...costs, id: randomUUID(), uploadedAt: clock.now() + files.size, status: 'ACTIVE' };
    files.set(file.id, file);
    return file;
  };
  const reply = async (request: IncomingMessage, id: string | undefined, url: URL): Promise<Answer> => {
    if (request.method === 'PUT') {
      const today = new Date(clock.now()).toISOString().slice(0, 10);
      const body = await bodyOf(request);
      const file = add(await readCosts(body, request.headers['content-type'], today));
      return { status: 202, body: { data: { ...dataOf(file) }, meta: { version: '1.0' } } };
    }
    if (request.method === 'DELETE') return files.delete(id ?? '') ? { status: 204, body: {} } : NOT_FOUND;
    const one = id === undefined ? undefined : files.get(id);
    if (id !== undefined) return one === undefined ? NOT_FOUND : found({ data: dataOf(one) });
    return found(pageOf([...files.values()], url.searchParams));
  };

  return {
    get files() {
      return [...files.values()];
    },
    calls,
    faults,
    add,
    serves: (request) => PATH.test(urlOf(request).pathname),
    async take(request, response) {
      const url = urlOf(request);
      const method = request.method ?? 'GET';
      calls.push(method);
      const fault = faults.get(method)?.shift();
      if (fault?.when === 'before') return answer(response, refused(fault.status, `Fault ${fault.status}`));
      if (appKey === undefined || request.headers['dd-application-key'] !== appKey) {
        return answer(response, refused(403, 'Forbidden'));
      }
      const said = await reply(request, PATH.exec(url.pathname)?.[1], url);
      if (fault?.when === 'after') response.destroy();
      else if (said.status === 204) response.writeHead(204).end();
      else answer(response, said);
    },
  };
}

function pageOf(files: readonly StoredCosts[], query: URLSearchParams): object {
  const text = (query.get('filter[name]') ?? '').toLowerCase();
  const wanted = files.filter(({ name }) => name.toLowerCase().includes(text));
  const size = wholeOf(query, 'page[size]', DEFAULT_PAGE);
  const start = wholeOf(query, 'page[number]', 0) * size;
  return {
    data: wanted.slice(start, start + size).map(dataOf),
    meta: { version: '1.0', total_filtered_count: wanted.length },
  };
}

function dataOf({ id, name, lines, status, uploadedAt }: StoredCosts): JsonObject {
  const costs = lines.map(({ BilledCost }) => Number(BilledCost));
  const attributes = {
    billed_cost: costs.reduce((sum, cost) => sum + cost, 0),
    billing_currency: 'USD',
    name,
    provider_names: [...new Set(lines.map(({ ProviderName }) => String(ProviderName)))],
    status,
    uploaded_at: uploadedAt,
  };
  return { id, type: 'cost_metadata', attributes };
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://127.0.0.1');
}
