import { shortName } from '../../../../src/text/one-line.js';
import type { Account } from '../../account/account.js';
import type { ComparisonCounts, SaidOfDays, Unexplained } from '../../account/comparison-sums.js';
import { inParts, NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, dollars, hours, NONE, percent } from '../numbers.js';
import { folded, table } from '../table.js';

const SHOWN = 12;
const MOST = 100;

/** Whether it adds up, as the records of the reconciliation say. */
export function addsUp(account: Account): Content {
  const { counts } = account.compared;
  const of = (verdict: 'equal' | 'explained' | 'unexplained' | 'unknown') =>
    counts.reduce((sum, one) => sum + one[verdict], 0);
  const [equal, explained, unexplained, unknown] = [
    of('equal'),
    of('explained'),
    of('unexplained'),
    of('unknown'),
  ];
  const known = equal + explained + unexplained;
  if (known + unknown === 0)
    return html`<p>Nothing was compared: it takes the stream <code>reconciliation</code>, and what it is made of.</p>`;
  const lead =
    known === equal
      ? equal === 0
        ? html`It cannot be told.`
        : html`Yes: ${known === 1 ? 'the one comparison of a day agrees' : `all ${count(known)} comparisons of days agree`}.`
      : html`${count(equal)} of ${count(known)} comparisons of days agree. ${
          unexplained > 0
            ? html`<span class=bad>${counted(unexplained, 'difference')} ${unexplained === 1 ? 'is' : 'are'} not explained.</span>`
            : html`Every difference is explained.`
        }`;
  const open =
    unknown > 0
      ? html`<p>Of ${counted(unknown, 'other comparison')} nothing can be said, or not yet: why is below.</p>`
      : undefined;
  return html`<p class=lead>${lead}</p>${open}${overview(counts)}${differences(account)}${saidOf(account, 'explained', 'What explains the other differences')}${saidOf(account, 'unknown', 'Why nothing can be said of the rest')}`;
}

function overview(counts: readonly ComparisonCounts[]): Html {
  return table({
    caption:
      'What was compared, a day and project at a time: what records add up to, with Deepgram\u2019s own total',
    columns: [
      { head: 'what', cell: ({ comparison }) => wordsOf(comparison) },
      { head: 'agree', cell: ({ equal }) => count(equal) },
      { head: 'explained', cell: ({ explained }) => count(explained) },
      {
        head: 'not explained',
        cell: ({ unexplained }) =>
          unexplained > 0 ? html`<span class=bad>${count(unexplained)}</span>` : count(unexplained),
      },
      { head: 'cannot be told', cell: ({ unknown }) => count(unknown) },
      { head: 'a difference of a day counts above', isText: true, cell: toleranceWords },
    ],
    rows: counts.toSorted((one, other) => orderOf(one.comparison) - orderOf(other.comparison)),
  });
}

/** Comparisons of the whole in the words of the page; those of breakdowns are known by their streams. */
const WORDS: Readonly<Record<string, string>> = {
  requests: 'requests in the log, against usage',
  hours: 'hours of requests, against usage',
  total_hours: 'hours with all channels, against usage',
  tts_characters: 'characters spoken, against usage',
  tokens_in: 'tokens in, against usage',
  tokens_out: 'tokens out, against usage',
  cost: 'costs of requests, against the bill',
  balance: 'what is gone of the balance, against the bill',
};
const ORDER = Object.keys(WORDS);

function wordsOf(comparison: string): string {
  return WORDS[comparison] ?? `${shortName(comparison)}, against the total`;
}

/** Breakdowns come last. */
function orderOf(comparison: string): number {
  const at = ORDER.indexOf(comparison);
  return at < 0 ? ORDER.length : at;
}

function toleranceWords({ unit, tolerance: [least, largest] }: ComparisonCounts): string {
  if (largest === 0) return 'nothing: exactly equal';
  const words = (value: number) =>
    unit === 'dollar' ? inUnit(unit, value) : `${inUnit(unit, value)} ${unit}s`;
  const [from, to] = [words(least), words(largest)];
  return from === to ? to : `${inUnit(unit, least)} to ${to}`;
}

/** A number that its heading or what is beside it says the unit of. */
function inUnit(unit: string, value: number | null): string {
  if (value === null) return NONE;
  const parts = inParts(value, NANO);
  if (unit === 'dollar') return dollars(parts);
  // A difference of seconds counts, and would be 0.00.
  if (unit === 'hour' && value !== 0 && Math.abs(value) < 0.01)
    return String(Number(value.toFixed(4))).replace('-', '\u2212');
  return unit === 'hour' ? hours(parts) : count(value);
}

function differences(account: Account): Content {
  const { unexplained } = account.compared;
  if (unexplained.length === 0) return undefined;
  const ordered = unexplained.toSorted(
    (one, other) =>
      Number(one.day < other.day) - Number(one.day > other.day) ||
      orderOf(one.comparison) - orderOf(other.comparison),
  );
  const left = ordered.slice(MOST);
  return html`<h3>Not explained</h3>${differenceTable(account, ordered.slice(0, SHOWN))}${
    ordered.length > SHOWN
      ? folded(counted(Math.min(ordered.length, MOST) - SHOWN, 'more difference'), [
          differenceTable(account, ordered.slice(SHOWN, MOST)),
          left.length > 0
            ? html`<p class=q>${counted(left.length, 'older one')} ${left.length === 1 ? 'is' : 'are'} not listed.</p>`
            : undefined,
        ])
      : undefined
  }`;
}

function differenceTable({ projects }: Account, rows: readonly Unexplained[]): Html {
  return table({
    caption: 'Differences that nothing explains, the latest first',
    columns: [
      { head: 'day', cell: ({ day }) => day },
      { head: 'project', isText: true, cell: ({ project }) => shortName(projects.get(project) ?? project) },
      { head: 'what', isText: true, cell: ({ comparison }) => wordsOf(comparison) },
      { head: 'added up', cell: ({ unit, counted: sum }) => inUnit(unit, sum) },
      { head: 'Deepgram\u2019s total', cell: ({ unit, reported }) => inUnit(unit, reported) },
      {
        head: 'difference',
        cell: ({ unit, difference }) => html`<span class=bad>${inUnit(unit, difference)}</span>`,
      },
      {
        head: 'in percent',
        cell: ({ difference, reported }) => percent(difference ?? 0, reported ?? 0),
      },
      { head: 'counts above', cell: ({ unit, tolerance }) => inUnit(unit, tolerance) },
    ],
    rows,
  });
}

/** Differences by what is known of them, those of most days first. */
function saidOf({ compared }: Account, verdict: string, heading: string): Content {
  const all = compared.said
    .filter((one) => one.verdict === verdict)
    .sort((one, other) => other.days - one.days || (one.last < other.last ? 1 : -1));
  if (all.length === 0) return undefined;
  const rows = (some: readonly SaidOfDays[]) =>
    table({
      caption: `${heading}, by what is known. Days are counted for each project.`,
      columns: [
        { head: 'what', cell: ({ comparison }) => wordsOf(comparison) },
        { head: 'why', isText: true, cell: ({ explanation }) => shortName(explanation || NONE) },
        { head: 'days', cell: ({ days }) => count(days) },
        { head: 'first', cell: ({ first }) => first },
        { head: 'last', cell: ({ last }) => last },
        ...(verdict === 'explained'
          ? [
              {
                head: 'difference',
                cell: ({ unit, difference }: SaidOfDays) => inUnit(unit, difference / NANO),
              },
            ]
          : []),
      ],
      rows: some,
    });
  const left = all.slice(MOST);
  return folded(`${heading} (${count(all.length)})`, [
    rows(all.slice(0, MOST)),
    left.length > 0
      ? html`<p class=q>${counted(left.length, 'rarer one')} ${left.length === 1 ? 'is' : 'are'} not listed.</p>`
      : undefined,
  ]);
}
