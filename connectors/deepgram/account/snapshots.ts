import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { calledAs } from '../../../src/text/called-as.js';
import { formatCount } from '../../../src/text/text-table.js';
import { dayAt } from '../../../src/time/day.js';
import { projectCall } from '../api/deepgram-api.js';
import type { ReadingContext } from '../reading-context.js';
import type { ApiKeyRow, MemberRow, ModelRow, ProjectRow, PurchaseRow } from '../streams/account.js';
import { type AccountContext, memberRows, purchaseRows } from './account-rows.js';
import { readKeyDetails } from './key-details.js';
import { rememberedList } from './names/remembered-list.js';

/**
 * What is there of a project now. What was there once, or is named by records only, is in it too where records may name
 * it: a star of tables has every row that it points to.
 */
export async function readSnapshot(
  stream: Stream,
  context: ReadingContext & AccountContext,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  switch (stream.kind) {
    case 'projects':
      return readProject(context, signal);
    case 'api_keys':
      await context.facts.ended();
      return readApiKeys(stream, context, signal);
    case 'models':
      await context.facts.ended();
      return readModels(context, signal);
    case 'members':
      return readMembers(context, signal);
    case 'purchases':
      return readPurchases(context, signal);
    default:
      throw new Error(`Deepgram has no stream of the kind ${stream.kind}.`);
  }
}

async function readProject(
  { project, identity }: ReadingContext,
  signal: AbortSignal,
): Promise<ProjectRow[]> {
  return [{ project_id: project.id, name: project.name, mip_opt_out: await identity.mipOptOut(signal) }];
}

async function readApiKeys(
  stream: Stream,
  context: ReadingContext,
  signal: AbortSignal,
): Promise<ApiKeyRow[]> {
  const { directory, project, now } = context;
  const has = (name: string) => stream.fields.some((field) => field.name === name);
  const withEmails = has('member_email');
  const withDetails = has('expires_at');
  const { apiKeys } = directory;
  await apiKeys.read(daysOf(now), signal, withEmails);
  if (withDetails) await readKeyDetails(context, signal);
  return apiKeys.all().map(({ id, details, lastSeen }) => ({
    project_id: project.id,
    api_key_id: id,
    name: details?.name ?? null,
    scopes: details?.scopes ?? null,
    created_at: details?.created_at ?? null,
    member_id: details?.member_id ?? null,
    ...(withEmails ? { member_email: apiKeys.emailOf(id) } : {}),
    ...(withDetails ? { expires_at: details?.expires_at ?? null, tags: details?.tags ?? null } : {}),
    last_seen: lastSeen,
  }));
}

async function readModels(
  { directory, project, now }: ReadingContext,
  signal: AbortSignal,
): Promise<ModelRow[]> {
  await directory.models.read(daysOf(now), signal);
  return directory.models.all().map(({ id, details, lastSeen }) => ({
    project_id: project.id,
    model_id: id,
    name: details?.name ?? null,
    canonical_name: details?.canonical_name ?? null,
    kind: details?.kind ?? null,
    languages: details?.languages ?? null,
    version: details?.version ?? null,
    last_seen: lastSeen,
  }));
}

async function readMembers(
  context: ReadingContext & AccountContext,
  signal: AbortSignal,
): Promise<MemberRow[]> {
  const call = projectCall(context.project, 'read the members', 'members:read', ['members']);
  return memberRows(await context.api.get(call, signal), context);
}

/** No server gives fewer a page while there are more: it is what Deepgram gives unasked. */
const SHORTEST_PAGE = 10;
/** Pages after which a server is taken for one that makes them up. */
const MOST_PAGES = 100;

/** An order that is listed no more stays: an answer that is not whole must not take purchases away. */
async function readPurchases(
  context: ReadingContext & AccountContext,
  signal: AbortSignal,
): Promise<PurchaseRow[]> {
  const { project, memory, now } = context;
  const list = rememberedList(memory.get('purchases'), (kept) => memory.set('purchases', kept), now);
  if (!list.isFresh()) {
    const orders = await allOrders(context, signal);
    list.read(orders.map(({ project_id: _, order_id: id, ...details }) => ({ id, name: null, details })));
  }
  return list
    .all()
    .flatMap(({ id, details }) =>
      details === undefined ? [] : [{ project_id: project.id, order_id: id, ...details }],
    );
}

function allOrders(
  context: ReadingContext & AccountContext,
  signal: AbortSignal,
): Promise<readonly PurchaseRow[]> {
  return context.api.pageSize.ask((limit, slowAttempts) =>
    orderPages(context, { limit, slowAttempts }, signal),
  );
}

async function orderPages(
  context: ReadingContext & AccountContext,
  { limit, slowAttempts }: { readonly limit: number; readonly slowAttempts: number | undefined },
  signal: AbortSignal,
): Promise<readonly PurchaseRow[]> {
  const { api, project, findings } = context;
  const orders = new Map<string, PurchaseRow>();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const parameters = { limit, ...(page > 0 ? { page } : {}) };
    const call = projectCall(project, 'read the purchases', 'billing:read', ['purchases'], parameters);
    const rows = purchaseRows(await api.get({ ...call, slowAttempts }, signal), context);
    const before = orders.size;
    for (const row of rows) orders.set(row.order_id, row);
    // A server that pays no heed to `page` gives the first one again.
    if (rows.length < SHORTEST_PAGE || orders.size === before) return [...orders.values()];
  }
  findings.incomplete(
    `The purchases of ${calledAs(project)} do not end: the first ${formatCount(orders.size)} of them were read.`,
  );
  return [...orders.values()];
}

/** Of a look at what is there now. */
function daysOf(now: number): { readonly start: string; readonly end: string } {
  return { start: dayAt(now), end: dayAt(now) };
}
