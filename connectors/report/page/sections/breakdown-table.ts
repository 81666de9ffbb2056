import type { Account } from '../../account/account.js';
import type { Breakdown, Measure, Share } from '../../account/amounts.js';
import { monthName, shortMonthName, sinceWords } from '../../account/calendar.js';
import { type Html, html } from '../html.js';
import { amount, counted, percent } from '../numbers.js';
import { type Column, folded, shareBar, table } from '../table.js';
import { shareNamed } from './share-name.js';

interface BreakdownTable {
  readonly heading: string;
  /** What a row is of: `API key`. */
  readonly of: string;
  readonly measure: Measure;
  /** The whole of the month that rows are a share of; undefined where they do not add up. */
  readonly whole: number | undefined;
  /** A sentence below the heading. */
  readonly note?: string;
  /** More columns of the month. */
  readonly also?: readonly { readonly head: string; readonly measure: Measure }[];
}

/** Rows that are seen at once, and those that can be unfolded; the rest is added up. */
const SHOWN = 8;
const MOST = 40;

/** What each of a dimension has come to: this month and its share, the month before, and all months that are shown. */
export function breakdownTable(
  account: Account,
  breakdown: Breakdown,
  { heading, of, measure, whole, note, also = [] }: BreakdownTable,
): Html | undefined {
  const { calendar } = account;
  const shares = breakdown
    .ranked(measure)
    .filter((share) =>
      [measure, ...also.map((one) => one.measure)].some((one) => share.amount('all', one) !== 0),
    );
  if (shares.length === 0) return undefined;
  const largest = Math.max(0, ...shares.map((share) => share.amount('month', measure)));
  const columns: readonly Column<Share>[] = [
    { head: of, cell: (share) => shareNamed(share, account) },
    {
      head: `${monthName(calendar.month)}${UNITS[measure]}`,
      cell: (share) => {
        const parts = share.amount('month', measure);
        return shareBar(parts, largest, amount(measure, parts));
      },
    },
    ...(whole === undefined
      ? []
      : [{ head: 'share', cell: (share: Share) => percent(share.amount('month', measure), whole) }]),
    ...also.map(({ head, measure: other }) => ({
      head,
      cell: (share: Share) => amount(other, share.amount('month', other)),
    })),
    {
      head: shortMonthName(calendar.monthBefore),
      cell: (share) => amount(measure, share.amount('before', measure)),
    },
    {
      head: sinceWords(account),
      cell: (share) => amount(measure, share.amount('all', measure)),
    },
  ];
  const rows = (some: readonly Share[]) =>
    table({ caption: `${heading}, the largest first`, columns, rows: some, isNamed: true });
  const rest = shares.slice(SHOWN, MOST);
  const left = shares.slice(MOST);
  const leftOut =
    left.length === 0
      ? undefined
      : html`<p class=q>${counted(left.length, 'smaller one')} came to ${amount(
          measure,
          left.reduce((sum, share) => sum + share.amount('month', measure), 0),
        )} this month.</p>`;
  return html`<h3>${heading}</h3>${note && html`<p class=q>${note}</p>`}${rows(shares.slice(0, SHOWN))}${
    rest.length > 0 ? folded(`${counted(rest.length, 'more row')}`, [rows(rest), leftOut]) : undefined
  }`;
}

const UNITS: Readonly<Record<Measure, string>> = {
  cost_usd: ', dollars',
  requests: ', requests',
  error: ', errors',
  hours: ', hours',
  tts_characters: ', characters',
  tokens_in: ', tokens',
  tokens_out: ', tokens',
};
