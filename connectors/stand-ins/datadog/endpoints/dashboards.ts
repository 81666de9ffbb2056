import { isJsonObject as isObject, type Json, type JsonObject } from '../../../../src/encode/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import type { AssetDesk } from '../account/account-assets.js';
import { found, lackingIn, NOT_FOUND, objectOf, refused, wholeOf } from './asset-answers.js';

const REQUIRED = ['title', 'layout_type', 'widgets'];
const DEFAULT_PAGE = 100;
const SUMMARY = [
  'id',
  'title',
  'description',
  'layout_type',
  'url',
  'author_handle',
  'created_at',
  'modified_at',
];

/** `/api/v1/dashboard`: the listing gives summaries in pages, and every widget gets an id. */
export function createDashboards(clock: Clock): AssetDesk {
  const dashboards = new Map<string, JsonObject>();
  let made = 0;

  const now = () => new Date(clock.now()).toISOString();
  const add = (body: JsonObject): JsonObject => {
    made += 1;
    const id = idOf(made);
    const dashboard = {
      description: null,
      notify_list: null,
      template_variable_presets: null,
      ...withWidgetIds(body),
      id,
      url: `/dashboard/${id}/${String(body.title).toLowerCase().replaceAll(/\W+/g, '-')}`,
      author_handle: 'somebody@example.com',
      author_name: null,
      created_at: now(),
      modified_at: now(),
    };
    dashboards.set(id, dashboard);
    return dashboard;
  };
  const update = (there: JsonObject, id: string, body: JsonObject): JsonObject => {
    const { url = '', author_handle = '', created_at = '' } = there;
    const changed = { ...withWidgetIds(body), id, url, author_handle, created_at, modified_at: now() };
    dashboards.set(id, changed);
    return changed;
  };

  return {
    get all() {
      return [...dashboards.values()];
    },
    add,
    answer(method, id, query, sent) {
      const body = objectOf(sent);
      if (id === '') {
        if (method === 'GET') return found({ dashboards: pageOf([...dashboards.values()], query) });
        const lacks = lackingIn(body, REQUIRED);
        return lacks.length > 0 ? refused(400, ...lacks) : found(add(body));
      }
      const there = dashboards.get(id);
      if (there === undefined) return NOT_FOUND;
      if (method === 'GET') return found(there);
      if (method === 'DELETE') {
        dashboards.delete(id);
        return found({ deleted_dashboard_id: id });
      }
      const lacks = lackingIn(body, REQUIRED);
      return lacks.length > 0 ? refused(400, ...lacks) : found(update(there, id, body));
    },
  };
}

function pageOf(dashboards: readonly JsonObject[], query: URLSearchParams): readonly JsonObject[] {
  const start = wholeOf(query, 'start', 0);
  const page = dashboards.slice(start, start + wholeOf(query, 'count', DEFAULT_PAGE));
  return page.map((dashboard) =>
    Object.fromEntries(Object.entries(dashboard).filter(([name]) => SUMMARY.includes(name))),
  );
}

function withWidgetIds(body: JsonObject): JsonObject {
  let next = 1;
  const numbered = (widgets: Json | undefined): readonly Json[] =>
    (Array.isArray(widgets) ? widgets : []).filter(isObject).map((widget) => {
      const definition = objectOf(widget.definition);
      const inner = definition.widgets === undefined ? {} : { widgets: numbered(definition.widgets) };
      return { ...widget, id: next++, definition: { ...definition, ...inner } };
    });
  return { ...body, widgets: numbered(body.widgets) };
}

/** In Datadog's form: `abc-def-ghi`. */
function idOf(number: number): string {
  const digits = number.toString(36).padStart(9, 'abcdefghi').slice(-9);
  return `${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`;
}
