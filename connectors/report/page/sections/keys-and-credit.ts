import { shortName } from '../../../../src/text/one-line.js';
import { addDays, type Day } from '../../../../src/time/day.js';
import type { ApiKeyRow, BalanceRow, PurchaseRow } from '../../../deepgram/streams/account.js';
import type { Account, ProjectRow } from '../../account/account.js';
import { sinceWords } from '../../account/calendar.js';
import { keyNamed } from '../../account/grouped-amounts.js';
import { type Credit, creditOf, dailyPace, dollarsLeft } from '../../account/pace.js';
import type { Line } from '../../chart/lines.js';
import { lineChart } from '../../chart/lines.js';
import { daySlots } from '../../chart/slots.js';
import { NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, dollars, moment, NONE } from '../numbers.js';
import { dateOf, folded, nameOf, table } from '../table.js';

const UNUSED_DAYS = 90;
const SHOWN = 12;
const FEW = 6;
/** Rows of keys, balances or purchases that are listed at most. */
const MOST = 60;

/** Which keys are used, and how long the money lasts. */
export function keysAndCredit(account: Account): Content {
  return [keys(account), credit(account)];
}

interface Key {
  readonly name: string;
  readonly project: string;
  readonly created: string;
  readonly expires: string;
  readonly last: string;
  readonly cost: number;
  readonly all: number;
  readonly isUnused: boolean;
  readonly isExpiring: boolean;
}

function keys(account: Account): Html {
  const { calendar, by, lastUsed, projects } = account;
  const unusedSince = addDays(calendar.newest, -UNUSED_DAYS);
  const soon = addDays(calendar.newest, 30);
  const byKey = new Map(by.cost_accessor.shares.map((share) => [share.key, share]));
  const listed = account.keys
    .map(({ project, row }) => ({ project, key: row as ApiKeyRow })) // safe: the rows are of that stream
    .filter(({ key }) => key.last_seen === null)
    .map(({ project, key }): Key => {
      const named = keyNamed(key.api_key_id, key.name, project);
      const last = lastUsed.get(named.key) ?? '';
      const share = byKey.get(named.key);
      const expires = key.expires_at ?? '';
      return {
        name: named.name,
        project,
        created: (key.created_at ?? '').slice(0, 10),
        expires: expires.slice(0, 10),
        last: moment(last),
        cost: share?.amount('month', 'cost_usd') ?? 0,
        all: share?.amount('all', 'cost_usd') ?? 0,
        isUnused: last.slice(0, 10) <= unusedSince,
        isExpiring: expires !== '' && expires.slice(0, 10) <= soon,
      };
    })
    .sort((one, other) => other.cost - one.cost || other.all - one.all || (one.name < other.name ? -1 : 1));
  if (listed.length === 0) return html`<p>No list of API keys was read.</p>`;
  const unused = listed.filter(({ isUnused }) => isUnused).length;
  const expiring = listed.filter(({ isExpiring }) => isExpiring).length;
  const knowsExpiry = account.keys.some(({ row }) => 'expires_at' in row);
  const known = account.streams.some(({ stream, projects: of }) => of.size > 0 && stream !== 'balances');
  const rows = (some: readonly Key[]) =>
    table({
      caption: 'API keys that are listed, by their cost this month. Times are UTC.',
      columns: [
        {
          head: 'API key',
          cell: ({ name, project }) =>
            projects.size < 2
              ? nameOf(name)
              : html`${nameOf(name)} <span class=q>${nameOf(projects.get(project) ?? project)}</span>`,
        },
        {
          head: 'last used',
          cell: ({ last, isUnused }) =>
            last !== '' ? last : html`<span class="${isUnused ? 'bad' : 'q'}">not in what was read</span>`,
        },
        { head: 'this month, dollars', cell: ({ cost }) => dollars(cost) },
        { head: sinceWords(account), cell: ({ all }) => dollars(all) },
        { head: 'made on', cell: ({ created }) => created || NONE },
        ...(knowsExpiry
          ? [
              {
                head: 'expires on',
                cell: ({ expires, isExpiring }: Key) =>
                  isExpiring ? html`<span class=bad>${expires}</span>` : expires || 'never',
              },
            ]
          : []),
      ],
      rows: some,
    });
  const lead = known
    ? `${counted(listed.length, 'API key')}; ${unused === 0 ? 'all' : `${count(listed.length - unused)}`} used in the last ${UNUSED_DAYS} days${unused === 0 ? '' : `, ${counted(unused, 'one')} not`}.`
    : `${counted(listed.length, 'API key')}.`;
  const expiry = knowsExpiry
    ? expiring > 0
      ? html` <span class=bad>${counted(expiring, 'key')} ${expiring === 1 ? 'expires' : 'expire'} within 30 days, or has expired.</span>`
      : html` None expires within 30 days.`
    : undefined;
  const hint = knowsExpiry
    ? undefined
    : html`<p class=q>When keys expire was not read: set <code>streams: { api_keys: { details: true } }</code>.</p>`;
  return html`<p class=lead>${lead.replace(/1 one not/, '1 was not').replace(/(\d+) ones not/, '$1 were not')}${expiry}</p>${hint}${rows(listed.slice(0, SHOWN))}${
    listed.length > SHOWN
      ? folded(counted(Math.min(listed.length, MOST) - SHOWN, 'more key'), rows(listed.slice(SHOWN, MOST)))
      : undefined
  }`;
}

function credit(account: Account): Html {
  const found = creditOf(account);
  if (found === undefined) return html`<h3>Credit</h3><p>No balance was read.</p>`;
  const pace = dailyPace(account);
  const spent = pace === undefined ? '' : ` At ${dollars(pace)} a day, as on the last 30 days,`;
  const ends =
    found.left <= 0
      ? html` <span class=bad>The credit is used up.</span>`
      : found.endsOn === undefined
        ? undefined
        : html`${spent} it lasts until <b>${dateOf(found.endsOn)}</b>.`;
  const old = found.isOld ? html` That is the last look: what was spent since is not taken off.` : undefined;
  const others =
    found.others > 0
      ? html` ${counted(found.others, 'balance')} in other units ${found.others === 1 ? 'is' : 'are'} not added up.`
      : undefined;
  return html`<h3>Credit</h3><p>${dollars(found.left)} left on ${dateOf(found.day)}.${old}${ends}${others}</p>${balanceChart(account, found)}${balanceTable(account, found)}${purchaseTable(account)}`;
}

function balanceTable({ projects }: Account, { rows }: Credit): Html {
  return table({
    caption: 'Balances as of the last look',
    columns: [
      { head: 'project', cell: ({ project }) => shortName(projects.get(project) ?? project) },
      { head: 'left', cell: ({ row }) => plain((row as BalanceRow).amount) }, // safe: rows of balances
      { head: 'unit', isText: true, cell: ({ row }) => shortName((row as BalanceRow).units ?? '') },
      { head: 'balance', isText: true, cell: ({ row }) => shortName((row as BalanceRow).balance_id) },
    ],
    rows: [...rows].sort((one, other) => dollarsLeft(other) - dollarsLeft(one)).slice(0, MOST),
  });
}

function purchaseTable({ purchases, projects, calendar }: Account): Html | undefined {
  if (purchases.length === 0) return undefined;
  const soon = addDays(calendar.newest, 30);
  const ordered = [...purchases].sort((one, other) => (createdAt(one) < createdAt(other) ? 1 : -1));
  const rows = (some: readonly ProjectRow[]) =>
    table({
      caption: 'Purchases, the latest first',
      columns: [
        { head: 'project', cell: ({ project }) => shortName(projects.get(project) ?? project) },
        { head: 'bought on', cell: ({ row }) => dayOf((row as PurchaseRow).created_at) }, // safe: rows of purchases
        {
          head: 'expires on',
          cell: ({ row }) => {
            const day = dayOf((row as PurchaseRow).expires_at);
            if (day === NONE || day > soon) return day;
            return day < calendar.newest ? `${day}, expired` : html`<span class=bad>${day}</span>`;
          },
        },
        { head: 'amount', cell: ({ row }) => plain((row as PurchaseRow).amount) },
        { head: 'unit', isText: true, cell: ({ row }) => shortName((row as PurchaseRow).units ?? '') },
        { head: 'kind', isText: true, cell: ({ row }) => shortName((row as PurchaseRow).order_type ?? '') },
      ],
      rows: some,
    });
  return html`${rows(ordered.slice(0, FEW))}${
    ordered.length > FEW
      ? folded(counted(ordered.length - FEW, 'older purchase'), rows(ordered.slice(FEW, MOST)))
      : undefined
  }`;
}

function createdAt({ row }: ProjectRow): string {
  return (row as PurchaseRow).created_at ?? ''; // safe: rows of purchases
}

function dayOf(at: string | null): string {
  return at === null ? NONE : at.slice(0, 10);
}

/** In units that need not be dollars. */
function plain(amount: number | null): string {
  return amount === null ? NONE : dollars(Math.round(amount * NANO)).replace('$', '');
}

/** Days that the line goes on beyond the last look, at most. */
const MOST_AHEAD = 60;

/** What was left on each of these days: of a project that nobody looked at that day, as much as at its last look. */
function looksOf({ balances, lastLooks }: Account, days: readonly Day[]): ReadonlyMap<Day, number> {
  const last = new Map<string, number>();
  const looks = new Map<Day, number>();
  for (const day of days) {
    const rows = balances.get(day);
    if (rows === undefined) continue;
    for (const { project } of rows) last.set(project, 0);
    for (const row of rows) last.set(row.project, (last.get(row.project) ?? 0) + dollarsLeft(row));
    const all = [...last.values()].reduce((sum, left) => sum + left, 0);
    if (last.size === lastLooks.size) looks.set(day, all);
  }
  return looks;
}

/** What was left at each look, and what will be at this pace; nothing while there was one look only. */
function balanceChart(account: Account, { day, left, endsOn }: Credit): Html | undefined {
  const past = account.calendar.chartDays.filter((at) => at <= day);
  const looks = looksOf(account, past);
  if (looks.size < 2) return undefined;
  const pace = dailyPace(account);
  const ahead: Day[] = [];
  for (let at = day; endsOn !== undefined && at < endsOn && ahead.length < MOST_AHEAD; ) {
    at = addDays(at, 1);
    ahead.push(at);
  }
  const slots = daySlots([...past, ...ahead], undefined);
  const known = slots.map(({ name }) => looks.get(name));
  const expected = slots.map((_, at) => {
    const days = at - past.length + 1;
    return pace === undefined || days < 0 || ahead.length === 0 ? undefined : Math.max(0, left - days * pace);
  });
  const lines: readonly Line[] = [
    { name: 'left', color: '0', values: known },
    { name: 'at this pace', color: '0', values: expected, isDotted: true },
  ];
  const text = {
    title: 'Balance by day, dollars',
    description:
      'What was left at the look of each day; dotted, what will be left at the pace of the last 30 days.',
  };
  const rows = [...looks].toReversed();
  const numbers = table({
    caption: text.title,
    columns: [
      { head: 'day', cell: ([at]) => at },
      { head: 'left', cell: ([, parts]) => dollars(parts) },
    ],
    rows,
  });
  return html`<figure><figcaption>${text.title}</figcaption>${lineChart(text, slots, lines, dollars, NANO)}</figure>${folded('The numbers of this chart', numbers)}`;
}
