import type { Account } from '../../account/account.js';
import { monthName, shortMonthName } from '../../account/calendar.js';
import {
  type Credit,
  creditOf,
  daysKnown,
  daysWithoutCost,
  projectedCost,
  sumOver,
} from '../../account/pace.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, dollars, hours, NONE, percent } from '../numbers.js';
import { dateOf } from '../table.js';

/** The whole in one row of figures, under a sentence. */
export function atAGlance(account: Account): Content {
  const { calendar, days, months } = account;
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
  const before = (measure: 'hours' | 'requests', write: (parts: number) => string): string => {
    const known = daysKnown(days, calendar.same, measure);
    if (known.length === 0) return 'nothing to compare with';
    return `${write(sumOver(days, calendar.complete, measure))} on days that are over, ${write(sumOver(days, calendar.same, measure))} on the same of ${shortMonthName(calendar.monthBefore)}`;
  };
  return html`<p class=lead>${lead}</p>${note}<dl class=kpi>${[
    figure(
      `Cost of ${name}${soFar}`,
      spent === undefined ? NONE : dollars(spent),
      costDetail(account, projected),
    ),
    figure('Hours', ofMonth.hours === undefined ? NONE : hours(ofMonth.hours), before('hours', hours)),
    figure(
      'Requests',
      ofMonth.requests === undefined ? NONE : count(ofMonth.requests),
      before('requests', count),
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

function costDetail({ calendar, months }: Account, projected: number | undefined): string {
  const before = months.get(calendar.monthBefore)?.cost_usd;
  const whole =
    before === undefined ? '' : `${shortMonthName(calendar.monthBefore)} as a whole: ${dollars(before)}`;
  if (calendar.isMonthOver || projected === undefined) return whole;
  return `projected: ${dollars(projected)}${whole && `; ${whole}`}`;
}

/** `, 12 % over October’s same days`; of days that are over on both sides. */
export function comparedWords({ calendar, days }: Pick<Account, 'calendar' | 'days'>): string {
  const known = daysKnown(days, calendar.same, 'cost_usd');
  if (known.length === 0) return '';
  const now = sumOver(days, calendar.complete, 'cost_usd');
  const then = sumOver(days, calendar.same, 'cost_usd');
  const which = calendar.isMonthOver
    ? shortMonthName(calendar.monthBefore)
    : `${shortMonthName(calendar.monthBefore)}\u2019s same days`;
  if (then <= 0) return now > 0 ? `, after ${dollars(then)} in ${which}` : '';
  if (now === then) return `, as much as ${which}`;
  return `, ${percent(Math.abs(now - then), then)} ${now > then ? 'over' : 'under'} ${which}`;
}
