import { balances } from '../../deepgram/streams/account.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { runsTable } from '../../postgres/tables/bookkeeping.js';
import { FAILED } from '../../postgres/tables/failed.js';
import { identifier, literal } from '../../postgres/tables/identifier.js';
import type { AlertLimits } from './alert-limits.js';
import { panelId, type ShownSchemas } from './dashboard-asset.js';
import { DASHBOARD_UID } from './identity.js';
import { queueOverview } from './queue-overview.js';

/** An alert rule, and its query. */
export interface AlertRule {
  readonly title: string;
  readonly sql: string;
  readonly body: AlertRuleBody;
}

/**
 * Of the form that files and the API have in common.
 * @see https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
 */
export interface AlertRuleBody {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly AlertQuery[];
  readonly noDataState: 'Alerting' | 'OK';
  readonly execErrState: 'Error' | 'Alerting';
  readonly for: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly isPaused: boolean;
  /** Left out: the notification policies of Grafana say whom to tell. */
  readonly notification_settings?: { readonly receiver: string };
}

interface AlertQuery {
  readonly refId: string;
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly datasourceUid: string;
  readonly model: Readonly<Record<string, unknown>>;
}

export interface AlertChoice extends ShownSchemas {
  readonly limits: AlertLimits;
  /** Uid of the data source. */
  readonly datasource: string;
  readonly contactPoint?: string | undefined;
}

/** What a rule is made of: a query of one number, for each label where it has some, and when that number alarms. */
interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly panel: string;
  readonly sql: string;
  readonly alarms: 'gt' | 'lt';
  readonly limit: number;
  readonly noDataState?: AlertRuleBody['noDataState'];
  readonly execErrState?: AlertRuleBody['execErrState'];
  /** In Grafana's templates; `.Values.B.Value` is the number. */
  readonly summary: string;
}

/** Of all rules, whether there is something for them to watch or not. */
export const RULE_UIDS = [
  'deepgram-export-no-run',
  'deepgram-export-low-balance',
  'deepgram-export-error-rate',
  'deepgram-export-budget',
  'deepgram-export-dead-tasks',
  'deepgram-export-oldest-task',
] as const;

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
/** What a busy scheduler, such as that of a CI system, is late by at times. */
const LATE_MINUTES = 30;
/** Days after which a balance that nobody has seen again counts no more. */
const BALANCE_DAYS = 7;
const QUEUE_PANEL = 'Tasks of workers';
const TODAY = "(now() at time zone 'UTC')::date";

/**
 * The rules that there is something for: a budget, a queue. No text of them has a dollar sign: in provisioning files, Grafana takes it for the
 * beginning of an environment variable.
 */
export function alertRules({
  schema,
  queue,
  limits,
  datasource,
  contactPoint,
}: AlertChoice): readonly AlertRule[] {
  const table = ({ name }: { readonly name: string }) => identifier(schema, name);
  const minutes = limits.every / MINUTE_MS;
  // Two intervals, since one may be missed.
  const late = 2 * minutes + LATE_MINUTES;
  // What is younger than the last run is not here yet: without its interval, an hour would be less, or nothing at all.
  const failing = HOUR_MINUTES + minutes;
  const budget = budgetQuery(table(billing), limits);
  const rules: readonly Rule[] = [
    {
      uid: RULE_UIDS[0],
      title: 'Deepgram export: no run came to its end',
      panel: 'Last export',
      sql: `select now() as "time", (extract(epoch from now() - max(finished_at)) / 60)::float8 as minutes
from ${table(runsTable)}
having max(finished_at) is not null`,
      alarms: 'gt',
      limit: late,
      noDataState: 'Alerting',
      execErrState: 'Alerting',
      summary:
        'No run of the Deepgram export has come to its end for {{ printf "%.0f" .Values.B.Value }} minutes.',
    },
    {
      uid: RULE_UIDS[1],
      title: 'Deepgram: the balance is low',
      panel: 'Balance',
      sql: `select now() as "time", coalesce(max(project_name), project_id) as project, sum(amount)::float8 as dollars
from ${table(balances)} b
where lower(units) = 'usd' and date >= ${TODAY} - ${BALANCE_DAYS}
  and date = (select max(date) from ${table(balances)} where project_id = b.project_id)
group by project_id`,
      alarms: 'lt',
      limit: limits.balanceBelow,
      summary: '{{ .Labels.project }} has {{ printf "%.2f" .Values.B.Value }} dollars left at Deepgram.',
    },
    {
      uid: RULE_UIDS[2],
      title: 'Deepgram: the error rate is high',
      panel: 'Error rate',
      sql: errorRateQuery(table(requests), failing),
      alarms: 'gt',
      limit: limits.errorRate,
      summary: `{{ printf "%.1f" .Values.B.Value }} % of the requests of {{ .Labels.project }} to Deepgram in the last ${failing} minutes have failed.`,
    },
    ...(budget === undefined
      ? []
      : [
          {
            uid: RULE_UIDS[3],
            title: 'Deepgram: the budget is exceeded',
            panel: 'Cost this month',
            sql: budget,
            alarms: 'gt',
            limit: 100,
            summary:
              'Deepgram has cost {{ printf "%.0f" .Values.B.Value }} % of the {{ .Labels.budget }} budget.',
          } as const,
        ]),
    ...(queue === undefined ? [] : queueRules(queue, late)),
  ];
  return rules.map((rule) => ({
    title: rule.title,
    sql: rule.sql,
    body: bodyOf(rule, datasource, contactPoint),
  }));
}

/** @param late minutes after which a task is too old: runs that follow each other then find it there, too */
function queueRules(queue: string, late: number): readonly Rule[] {
  const query = (value: string) => `select now() as "time", ${value}\nfrom ${queueOverview(queue)}`;
  return [
    {
      uid: RULE_UIDS[4],
      title: 'Deepgram export: tasks were given up',
      panel: QUEUE_PANEL,
      sql: query('dead as tasks'),
      alarms: 'gt',
      limit: 0,
      summary:
        'Workers of the Deepgram export have given up {{ printf "%.0f" .Values.B.Value }} tasks: `deepgram-export state show` says which, why, and what to do.',
    },
    {
      uid: RULE_UIDS[5],
      title: 'Deepgram export: a task is not done',
      panel: QUEUE_PANEL,
      // An empty queue has an oldest task of 0 seconds.
      sql: query('oldest_seconds / 60 as minutes'),
      alarms: 'gt',
      limit: late,
      summary:
        'The oldest task of the Deepgram export is {{ printf "%.0f" .Values.B.Value }} minutes old: are there workers, and enough of them?',
    },
  ];
}

/** One failure is none: in a quiet hour it would be all of them. */
function errorRateQuery(from: string, minutes: number): string {
  const since = `now() - interval ${literal(`${minutes} minutes`)}`;
  const failed = `count(*) filter (where ${FAILED})`;
  return `select now() as "time", coalesce(max(project_name), project_id) as project,
  (case when ${failed} > 1 then 100.0 * ${failed} / count(*) else 0 end)::float8 as percent
from ${from}
where date >= ((${since}) at time zone 'UTC')::date and created_at > ${since}
group by project_id`;
}

/** As the summary of a run has it: yesterday counts beside today, of which little is billed yet. */
function budgetQuery(from: string, { dailyBudget, monthlyBudget }: AlertLimits): string | undefined {
  const periods = [
    ...(dailyBudget === undefined
      ? []
      : [
          `select 'daily' as budget, 100 * max(cost) / ${dailyBudget} as percent
  from (select sum(cost_usd) as cost from ${from} where date between ${TODAY} - 1 and ${TODAY} group by date) days`,
        ]),
    ...(monthlyBudget === undefined
      ? []
      : [
          `select 'monthly' as budget, 100 * sum(cost_usd) / ${monthlyBudget} as percent
  from ${from} where date between date_trunc('month', ${TODAY}::timestamp)::date and ${TODAY}`,
        ]),
  ];
  if (periods.length === 0) return undefined;
  return `select now() as "time", budget, percent::float8 as percent
from (
  ${periods.join('\n  union all ')}
) periods
where percent is not null`;
}

function bodyOf(rule: Rule, datasource: string, contactPoint: string | undefined): AlertRuleBody {
  const expression = { type: '__expr__', uid: '__expr__' };
  return {
    uid: rule.uid,
    title: rule.title,
    condition: 'C',
    data: [
      {
        refId: 'A',
        relativeTimeRange: { from: 3_600, to: 0 },
        datasourceUid: datasource,
        model: { refId: 'A', editorMode: 'code', format: 'time_series', rawQuery: true, rawSql: rule.sql },
      },
      {
        refId: 'B',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: expression.uid,
        model: { refId: 'B', datasource: expression, type: 'reduce', reducer: 'last', expression: 'A' },
      },
      {
        refId: 'C',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: expression.uid,
        model: {
          refId: 'C',
          datasource: expression,
          type: 'threshold',
          expression: 'B',
          conditions: [{ evaluator: { type: rule.alarms, params: [rule.limit] } }],
        },
      },
    ],
    noDataState: rule.noDataState ?? 'OK',
    execErrState: rule.execErrState ?? 'Error',
    for: '0s',
    annotations: {
      summary: rule.summary,
      __dashboardUid__: DASHBOARD_UID,
      __panelId__: String(panelId(rule.panel)),
    },
    labels: { managed_by: 'deepgram-export' },
    isPaused: false,
    ...(contactPoint === undefined ? {} : { notification_settings: { receiver: contactPoint } }),
  };
}
