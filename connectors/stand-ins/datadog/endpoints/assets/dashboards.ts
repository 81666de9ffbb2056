import type { Clock } from '../../../../../src/time/clock.js';
import { isObject, type JsonObject, objectOf } from '../../account/json.js';
import { wholeOf } from '../answers.js';
import { type AssetHandler, assetHandler, lackingIn } from './asset-handler.js';

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
export function createDashboards(clock: Clock): AssetHandler {
  const now = () => new Date(clock.now()).toISOString();
  return assetHandler({
    kind: 'dashboard',
    create(body, number) {
      const id = idOf(number + 1);
      return {
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
    },
    update({ id = '', url = '', author_handle = '', created_at = '' }, body) {
      return { ...withWidgetIds(body), id, url, author_handle, created_at, modified_at: now() };
    },
    list: (all, query) => ({ dashboards: pageOf(all, query) }),
    faultsOf: (dashboard) => lackingIn(dashboard, REQUIRED),
  });
}

function pageOf(dashboards: readonly JsonObject[], query: URLSearchParams): readonly JsonObject[] {
  const start = wholeOf(query, 'start', 0);
  const page = dashboards.slice(start, start + wholeOf(query, 'count', DEFAULT_PAGE));
  return page.map((dashboard) =>
    Object.fromEntries(Object.entries(dashboard).filter(([name]) => SUMMARY.includes(name))),
  );
}

/** What has no widgets stays without; those in a group are counted before the group. */
function withWidgetIds(body: JsonObject): JsonObject {
  let next = 1;
  const numbered = (parent: JsonObject): JsonObject => {
    const { widgets } = parent;
    if (widgets === undefined) return parent;
    return { ...parent, widgets: (Array.isArray(widgets) ? widgets : []).filter(isObject).map(withId) };
  };
  const withId = (widget: JsonObject): JsonObject => {
    const definition = numbered(objectOf(widget.definition));
    return { ...widget, id: next++, definition };
  };
  return numbered(body);
}

/** In Datadog's form: `abc-def-ghi`. */
function idOf(number: number): string {
  const digits = number.toString(36).padStart(9, 'abcdefghi').slice(-9);
  return `${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`;
}
