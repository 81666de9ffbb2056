import type { Stream } from '../../../src/streams/stream.js';
import { billing, billingNamed } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { requestsByDay } from '../rollup/requests-by-day.js';
import { partitionsTable, runsTable } from '../tables/bookkeeping.js';
import { identifier } from '../tables/identifier.js';

/** A question that a select answers. */
export interface View {
  readonly name: string;
  /** The question, and what to know of the answer. */
  readonly description: string;
  readonly sql: string;
}

/**
 * The views that can be made of these streams and of those that are there already: a run of some streams makes no view less
 * than it was. In the order in which they are made: some use others.
 *
 * @param there tables, by name
 */
export function viewsOf(
  schema: string,
  streams: readonly Stream[],
  there: ReadonlyMap<string, unknown> = new Map(),
): readonly View[] {
  const wanted = [...streams, ...streamsNamed(there.keys())];
  const monthly = monthlyCosts(schema, wanted);
  return [...monthly.map(({ view }) => view), ...changes(schema, monthly), freshness(schema)];
}

/** Of these tables, the streams that views are made of. */
function streamsNamed(tables: Iterable<string>): readonly Stream[] {
  return [...tables].flatMap((name) => (name === requests.name ? requests : (billingNamed(name) ?? [])));
}

/** A view of costs a month, and its columns that say of what. */
interface MonthlyCost {
  readonly view: View;
  readonly dimension: string;
  readonly id: string;
  readonly name: string;
}

/** A column of a view, and what it is called there. */
type ViewColumn = readonly [sql: string, name: string];

/** What costs are broken down by: grouped by its id, and shown with the name that it had last. */
interface Breakdown {
  readonly dimension: string;
  readonly question: string;
  readonly from: string;
  readonly id: ViewColumn;
  /** Left out where the id is one that people read. */
  readonly name?: ViewColumn;
}

function monthlyCosts(schema: string, streams: readonly Stream[]): readonly MonthlyCost[] {
  const breakdowns: Breakdown[] = [];
  const of = (stream: { readonly name: string } | undefined, breakdown: Omit<Breakdown, 'from'>) => {
    if (stream) breakdowns.push({ ...breakdown, from: identifier(schema, stream.name) });
  };
  of(billingBy(streams, ['tags']), {
    dimension: 'team',
    question: 'What did each team cost each month? A team is a set of tags, so that no cost is counted twice',
    id: ["coalesce(nullif(array_to_string(t.tags, ', '), ''), '(no tags)')", 'team'],
  });
  of(billingBy(streams, ['accessor']), {
    dimension: 'api_key',
    question: 'What did each API key cost each month?',
    id: ["coalesce(t.accessor, '(no key)')", 'api_key_id'],
    name: ['t.api_key_name', 'api_key'],
  });
  of(billingBy(streams, ['line_item']), {
    dimension: 'line_item',
    question: 'What did each line item of the bill cost each month?',
    id: ["coalesce(t.line_item, '(none)')", 'line_item'],
    name: ['t.line_item_name', 'line_item_name'],
  });
  of(has(streams, requests) ? requestsByDay : undefined, {
    dimension: 'model',
    question:
      'What did each model cost each month? Costs of requests, as far as Deepgram gives them: bills do not name models',
    id: ["coalesce(t.model, '(no model)')", 'model'],
  });
  const total = billingBy(streams, []);
  return [...(total ? [monthlyTotal(identifier(schema, total.name))] : []), ...breakdowns.map(monthlyCost)];
}

function monthlyTotal(from: string): MonthlyCost {
  const view = {
    name: 'monthly_cost',
    description: 'What did each project cost each month?',
    sql: monthly(from),
  };
  return { view, dimension: 'project', id: 'project_id', name: 'project_name' };
}

function monthlyCost({ dimension, question, from, id, name }: Breakdown): MonthlyCost {
  const view = {
    name: `monthly_cost_by_${dimension}`,
    description: question,
    sql: monthly(from, { id, ...(name === undefined ? {} : { name }) }),
  };
  return { view, dimension, id: id[1], name: (name ?? id)[1] };
}

/** By day first: there are far fewer days than rows, and a name is then looked for among these. */
function monthly(
  from: string,
  { id, name }: Pick<Breakdown, 'name'> & { readonly id?: ViewColumn } = {},
): string {
  const ids = id === undefined ? [] : [id];
  const names = name === undefined ? [] : [name];
  const named = [...ids, ...names.map(([sql, called]): ViewColumn => [`max(${sql})`, called])];
  const columns = [
    "date_trunc('month', d.date::timestamp)::date as month",
    'd.project_id',
    `${last('project_name')} as project_name`,
    ...ids.map(([, called]) => `d.${called}`),
    ...names.map(
      ([, called]) =>
        `coalesce(${[last(called), ...ids.map(([, other]) => `d.${other}`)].join(', ')}) as ${called}`,
    ),
    'sum(d.cost_usd) as cost_usd',
    'count(*) as days',
  ];
  return `select ${columns.join(',\n  ')}
from (
  select t.date, t.project_id, max(t.project_name) as project_name, ${named.map(([sql, called]) => `${sql} as ${called}, `).join('')}sum(t.cost_usd) as cost_usd
  from ${from} t
  group by ${['t.date', 't.project_id', ...ids.map(([sql]) => sql)].join(', ')}
) d
group by ${['1', 'd.project_id', ...ids.map(([, called]) => `d.${called}`)].join(', ')}`;
}

/** What a group is called on its last day with a name. */
function last(column: string): string {
  return `(array_agg(d.${column} order by d.date desc) filter (where d.${column} is not null))[1]`;
}

function changes(schema: string, costs: readonly MonthlyCost[]): readonly View[] {
  if (costs.length === 0) return [];
  const parts = costs.map(
    ({ view, dimension, id, name }) =>
      `select month, project_id, project_name, '${dimension}'::text as dimension, ${id} as item_id, ${name} as item, cost_usd
    from ${identifier(schema, view.name)}`,
  );
  return [
    {
      name: 'cost_changes',
      description:
        'What changed against the month before? For each project, team, API key, line item and model; the present month as far as it has come',
      sql: `with costs as (
    ${parts.join('\n    union all ')}
), months as (
  select distinct month, project_id, dimension from costs
)
select coalesce(here.month, (there.month + interval '1 month')::date) as month,
  coalesce(here.project_id, there.project_id) as project_id,
  coalesce(here.project_name, there.project_name) as project_name,
  coalesce(here.dimension, there.dimension) as dimension,
  coalesce(here.item_id, there.item_id) as item_id,
  coalesce(here.item, there.item) as item,
  coalesce(here.cost_usd, 0) as cost_usd,
  coalesce(there.cost_usd, 0) as previous_cost_usd,
  coalesce(here.cost_usd, 0) - coalesce(there.cost_usd, 0) as change_usd,
  (100 * (coalesce(here.cost_usd, 0) - there.cost_usd) / nullif(there.cost_usd, 0))::double precision as change_percent
from costs here
full join costs there on here.month = (there.month + interval '1 month')::date
  and here.project_id = there.project_id and here.dimension = there.dimension and here.item_id = there.item_id
where here.month is not null or exists (
  select 1 from months m
  where m.month = (there.month + interval '1 month')::date and m.project_id = there.project_id
    and m.dimension = there.dimension
)`,
    },
  ];
}

function freshness(schema: string): View {
  return {
    name: 'freshness',
    description:
      'How fresh is it? For each table and project: its days, what may still change, and when it was read and checked last',
    sql: `select p.stream, p.project_id, min(p.date) as first_day, max(p.date) as last_day, count(*) as partitions,
  sum(p.records)::bigint as records, sum(p.unsettled)::bigint as unsettled,
  count(p.expired_at) as expired_partitions, max(p.read_at) as read_at, max(r.last_run) as last_run,
  now() - max(r.last_run) as since_last_run
from ${identifier(schema, partitionsTable.name)} p
cross join (select max(finished_at) as last_run from ${identifier(schema, runsTable.name)}) r
group by p.stream, p.project_id`,
  };
}

function has(streams: readonly Stream[], { name }: Stream): boolean {
  return streams.some((stream) => stream.name === name);
}

/** Of the breakdowns of billing that have these groupings, the one with the fewest others. */
function billingBy(streams: readonly Stream[], groupings: readonly string[]): Stream | undefined {
  const [first] = streams
    .filter(
      ({ kind, groupings: all }) => kind === billing.kind && groupings.every((one) => all.includes(one)),
    )
    .filter(({ groupings: all }) => groupings.length > 0 || all.length === 0)
    .sort((one, other) => one.groupings.length - other.groupings.length || (one.name < other.name ? -1 : 1));
  return first;
}
