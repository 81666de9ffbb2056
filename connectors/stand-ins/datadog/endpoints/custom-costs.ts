import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../src/time/clock.js';
import { dayAt } from '../../../../src/time/day.js';
import type { JsonObject } from '../account/json.js';
import { type Answer, found, NOT_FOUND, wholeOf } from './answers.js';
import type { ApplicationCall, ApplicationEndpoint, CallFault } from './application-endpoint.js';
import { type ReceivedCosts, readCosts } from './cost-payload.js';

/** A file of costs that is there. Its status may be set, as Datadog does when it has worked on a file. */
export interface StoredCosts extends ReceivedCosts {
  readonly id: string;
  readonly uploadedAt: number;
  status: string;
}

/** The custom costs of the account. */
export interface CustomCosts extends ApplicationEndpoint {
  /** In the order of their upload. */
  readonly files: readonly StoredCosts[];
  /** Every call, such as `PUT` or `DELETE`, refused ones included. */
  readonly calls: readonly string[];
  /** By method; each meets one call, before it is done, or after it, so that only its answer is lost. */
  readonly faults: Map<string, CallFault[]>;
  /** Puts a file there as a person would. */
  add(costs: ReceivedCosts): void;
}

const DEFAULT_PAGE = 10;

/** What Datadog documents, or was recorded of it: files are added up, listed in pages by their names, and removed by id. */
export function customCosts(clock: Clock): CustomCosts {
  const files = new Map<string, StoredCosts>();
  const calls: string[] = [];
  const faults = new Map<string, CallFault[]>();

  const add = (costs: ReceivedCosts): StoredCosts => {
    const file = { ...costs, id: randomUUID(), uploadedAt: clock.now() + files.size, status: 'ACTIVE' };
    files.set(file.id, file);
    return file;
  };
  const upload = async ({ body, contentType }: ApplicationCall): Promise<Answer> => {
    const file = add(await readCosts(body, contentType, dayAt(clock.now())));
    return { status: 202, body: { data: dataOf(file), meta: { version: '1.0' } } };
  };

  return {
    get files() {
      return [...files.values()];
    },
    calls,
    faults,
    add,
    pattern: /^\/api\/v2\/cost\/custom_costs(?:\/([\w-]+))?$/,
    receive({ method }) {
      calls.push(method);
      return faults.get(method)?.shift();
    },
    answer(call) {
      const {
        method,
        captured: [id = ''],
        query,
      } = call;
      if (method === 'PUT') return upload(call);
      if (method === 'DELETE') return files.delete(id) ? { status: 204, body: {} } : NOT_FOUND;
      if (id === '') return found(pageOf([...files.values()], query));
      const file = files.get(id);
      return file === undefined ? NOT_FOUND : found({ data: dataOf(file) });
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
