import type { Account } from '../../account/account.js';
import { type Breakdown, OTHERS, type Share, UNTAGGED } from '../../account/amounts.js';
import { daysWords, shortMonthName } from '../../account/calendar.js';
import { isComparable } from '../../account/pace.js';
import { NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { change, dollars, growth } from '../numbers.js';
import { table } from '../table.js';
import { shareNamed } from './share-name.js';

interface Move {
  readonly kind: string;
  readonly share: Share;
  readonly now: number;
  readonly then: number;
}

/** Changes that are told, of each kind and of all. */
const MOST = 10;
/** Less than this is not worth a sentence. */
const LEAST = 0.01 * NANO;

/** The largest changes in dollars against the same days of the month before. */
export function whatMoved(account: Account): Content {
  const { calendar, by } = account;
  const { complete, same } = calendar;
  const isLogWhole = [...complete, ...same].every((day) => account.quality.has(day));
  const moves = [
    ...movesOf('line item', by.cost_line_item),
    ...movesOf('API key', by.cost_accessor),
    ...movesOf('tag', by.cost_tag),
    ...(isLogWhole ? movesOf('model', by.cost_models) : []),
  ]
    .sort((one, other) => Math.abs(other.now - other.then) - Math.abs(one.now - one.then))
    .slice(0, MOST);
  const days = `${daysWords(complete[0], complete.at(-1))} against ${daysWords(same[0], same.at(-1))}`;
  if (same.every((day) => account.days.get(day)?.cost_usd === undefined))
    return html`<p>There is nothing to compare with: no bill of ${shortMonthName(calendar.monthBefore)}\u2019s same days was read.</p>`;
  if (!isComparable(account, 'cost_usd'))
    return html`<p>Nothing is compared: not every bill was read of ${days}.</p>`;
  const [first, ...others] = moves;
  if (first === undefined) return html`<p>Nothing moved by a cent or more: ${days}.</p>`;
  return html`<p class=lead>${sentence(first, account)}</p><p class=q>${days}, days that are over.</p>${
    others.length > 0
      ? html`<ul>${others.slice(0, 4).map((move) => html`<li>${sentence(move, account)}`)}</ul>`
      : undefined
  }${table({
    caption: `The largest changes in dollars, ${days}`,
    columns: [
      { head: 'what', cell: ({ share }) => shareNamed(share, account) },
      { head: 'is a', isText: true, cell: ({ kind }) => kind },
      { head: 'change', cell: ({ now, then }) => change(now - then) },
      { head: 'in percent', cell: ({ now, then }) => growth(now, then) },
      { head: 'now', cell: ({ now }) => dollars(now) },
      { head: 'before', cell: ({ then }) => dollars(then) },
    ],
    rows: moves,
  })}`;
}

function movesOf(kind: string, breakdown: Breakdown): readonly Move[] {
  return breakdown.shares.flatMap((share) => {
    const [now, then] = [share.amount('complete', 'cost_usd'), share.amount('same', 'cost_usd')];
    return share.key === OTHERS.key || Math.abs(now - then) < LEAST ? [] : { kind, share, now, then };
  });
}

function sentence({ kind, share, now, then }: Move, account: Account): Html {
  const month = shortMonthName(account.calendar.monthBefore);
  const by = dollars(Math.abs(now - then));
  const what =
    share.key === UNTAGGED.key ? html`What has no tag` : html`The ${kind} ${shareNamed(share, account)}`;
  if (then === 0)
    return html`${what} is new: <b>${dollars(now)}</b>, and nothing on ${month}\u2019s same days.`;
  if (now === 0)
    return html`${what} has cost nothing, after <b>${dollars(then)}</b> on ${month}\u2019s same days.`;
  const more = now > then ? 'more' : 'less';
  return html`${what} cost <b>${by}</b> ${more} than on ${month}\u2019s same days: ${dollars(now)} after ${dollars(then)} (${growth(now, then)}).`;
}
