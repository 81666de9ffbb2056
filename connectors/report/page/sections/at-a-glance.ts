import type { Account } from '../../account/account.js';
import { daysOf, monthName, shortMonthName } from '../../account/calendar.js';
import {
  type Credit,
  creditOf,
  daysKnown,
  daysWithoutCost,
  isComparable,
  projectedCost,
  sumOver,
} from '../../account/pace.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, dollars, hours, NONE, percent } from '../numbers.js';
import { dateOf } from '../table.js';

/** The whole in one row of figures, under a sentence. */
export function atAGlance(account: Account): Content {
  const { calendar, months } = account;
  const ofMonth = months.get(calendar.month) ?? {};
  const name = shortMonthName(calendar.month);
  const projected = projectedCost(account);
  const compared = comparedWords(account);
  const credit = creditOf(account);
  const quality = [...account.quality].filter(([day]) => day.startsWith(calendar.month));
  const requests = quality.reduce((sum, [, one]) => sum + one.requests, 0);
  const errors = quality.reduce((sum, [, one]) => sum + one.errors, 0);
  const soFar = calendar.isMonthOver ? '' : ' so far';
  const spent = ofMonth.cost_usd;
  const lead =
    spent === undefined
      ? html`What ${monthName(calendar.month)} has cost is not known: no bill was read.`
      : html`${monthName(calendar.month)}${soFar}: <b>${dollars(spent)}</b>${compared}${
          calendar.isMonthOver || projected === undefined ? '' : `; at this pace ${dollars(projected)}`
        }.`;
  const lacking = daysWithoutCost(account);
  const note =
    spent !== undefined && lacking > 0
      ? html`<p class=bad>The cost of ${counted(lacking, 'day')} of ${name} is not known, and not in these sums.</p>`
      : undefined;
  const balance = credit === undefined ? NONE : dollars(credit.left);
  const lasts = credit === undefined ? 'no balance was read' : lastsWords(credit);
  return html`<p class=lead>${lead}</p>${note}<dl class=kpi>${[
    figure(
      `Cost of ${name}${soFar}`,
      spent === undefined ? NONE : dollars(spent),
      costDetail(account, projected),
    ),
    figure(
      'Hours',
      ofMonth.hours === undefined ? NONE : hours(ofMonth.hours),
      sameDays(account, 'hours', hours),
    ),
    figure(
      'Requests',
      ofMonth.requests === undefined ? NONE : count(ofMonth.requests),
      sameDays(account, 'requests', count),
    ),
    figure(
      'Error rate',
      requests === 0 ? NONE : percent(errors, requests),
      requests === 0 ? 'no requests were read' : `${count(errors)} of ${count(requests)} requests in the log`,
    ),
    figure('Balance', balance, lasts),
  ]}</dl>`;
}

function lastsWords({ day, isOld, left, endsOn }: Credit): Html {
  const on = html`on ${dateOf(day)}${isOld ? ', the last look' : ''}`;
  if (left <= 0) return html`used up ${on}`;
  return endsOn === undefined ? on : html`${on}; at this pace it lasts until ${dateOf(endsOn)}`;
}

function figure(what: string, value: string, detail: Content): Html {
  return html`<div><dt>${what}<dd class=v>${value}<dd class=q>${detail}</div>`;
}

/** `$1,093.20 on days that are over, $1,086.10 on the same of October`. */
function sameDays(
  account: Account,
  measure: 'cost_usd' | 'hours' | 'requests',
  write: (parts: number) => string,
): string {
  const { calendar, days } = account;
  const { complete, same, isMonthOver, monthBefore } = calendar;
  if (daysKnown(days, same, measure).length === 0) return 'nothing to compare with';
  if (!isComparable(account, measure)) return 'not compared: not every day was read';
  const [now, then] = [complete, same].map((some) => write(sumOver(days, some, measure)));
  if (isMonthOver) return `${then} in ${shortMonthName(monthBefore)}`;
  return `${now} on days that are over, ${then} on the same of ${shortMonthName(monthBefore)}`;
}

function costDetail(account: Account, projected: number | undefined): string {
  const { calendar, days, months } = account;
  const compared = sameDays(account, 'cost_usd', dollars);
  if (calendar.isMonthOver) return compared;
  const before = months.get(calendar.monthBefore)?.cost_usd;
  const all = daysOf(calendar.monthBefore);
  const extent = daysKnown(days, all, 'cost_usd').length === all.length ? 'as a whole' : 'as far as read';
  return [
    compared,
    projected === undefined ? [] : `${dollars(projected)} at its end, at this pace`,
    before === undefined ? [] : `${dollars(before)} in ${shortMonthName(calendar.monthBefore)} ${extent}`,
  ]
    .flat()
    .join('; ');
}

/** `, 12 % over October’s same days`; of days that are over on both sides. */
export function comparedWords(account: Pick<Account, 'calendar' | 'days'>): string {
  const { calendar, days } = account;
  if (!isComparable(account, 'cost_usd')) return '';
  const now = sumOver(days, calendar.complete, 'cost_usd');
  const then = sumOver(days, calendar.same, 'cost_usd');
  const which = calendar.isMonthOver
    ? shortMonthName(calendar.monthBefore)
    : `${shortMonthName(calendar.monthBefore)}\u2019s same days`;
  if (then <= 0) return now > 0 ? `, after ${dollars(then)} in ${which}` : '';
  if (now === then) return `, as much as ${which}`;
  return `, ${percent(Math.abs(now - then), then)} ${now > then ? 'over' : 'under'} ${which}`;
}
