import { shortName } from '../../../../src/text/one-line.js';
import type { Account } from '../../account/account.js';
import { COMPARISONS, type Compared, type Comparison, TOLERANCES } from '../../account/compare-sums.js';
import { NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { amount, count, counted, percent } from '../numbers.js';
import { folded, table } from '../table.js';

const SHOWN = 12;
const MOST = 100;
const ORDER = { unexplained: 0, explained: 1, open: 2, equal: 3 } as const;

/** Whether what was read by one way is what was read by another. */
export function addsUp(account: Account): Content {
  const all = [...account.compared.values()].reduce((sum, one) => sum + one.all, 0);
  if (all === 0)
    return html`<p>Nothing could be compared: it takes requests and usage, or a breakdown and its total.</p>`;
  const differences = account.differences.toSorted(
    (one, other) =>
      ORDER[one.verdict] - ORDER[other.verdict] || Number(one.day < other.day) - Number(one.day > other.day),
  );
  const of = (verdict: Compared['verdict']) => differences.filter((one) => one.verdict === verdict).length;
  const [unexplained, explained, open] = [of('unexplained'), of('explained'), of('open')];
  const equal = all - differences.length;
  const lead =
    differences.length === 0
      ? html`Yes: ${all === 1 ? 'the one comparison of a day agrees' : `all ${count(all)} comparisons of days agree`}.`
      : html`${count(equal)} of ${count(all)} comparisons of days agree. ${
          unexplained > 0
            ? html`<span class=bad>${counted(unexplained, 'difference')} ${unexplained === 1 ? 'is' : 'are'} not explained.</span>`
            : html`Every difference is explained.`
        }`;
  const rest =
    explained + open > 0
      ? html`<p>${[
          ...(explained > 0 ? [`${counted(explained, 'difference')} by what is known of the requests`] : []),
          ...(open > 0
            ? [
                `${counted(open, 'difference')} of days that are not over, or whose requests may still get a response or a price`,
              ]
            : []),
        ].join('; ')}.</p>`
      : undefined;
  const left = differences.slice(MOST);
  return html`<p class=lead>${lead}</p>${rest}${overview(account)}${
    differences.length > 0 ? differenceTable(account, differences.slice(0, SHOWN)) : undefined
  }${
    differences.length > SHOWN
      ? folded(`${counted(Math.min(differences.length, MOST) - SHOWN, 'more difference')}`, [
          differenceTable(account, differences.slice(SHOWN, MOST)),
          left.length > 0
            ? html`<p class=q>${counted(left.length, 'older one')} ${left.length === 1 ? 'is' : 'are'} not listed.</p>`
            : undefined,
        ])
      : undefined
  }`;
}

function overview({ compared }: Account): Html {
  // Safe: the keys of the comparisons are these names.
  const kinds = (Object.keys(COMPARISONS) as Comparison[]).filter((kind) => compared.has(kind));
  return table({
    caption: 'What was compared, a day and project at a time',
    columns: [
      { head: 'what', cell: (kind) => COMPARISONS[kind] },
      { head: 'agree', cell: (kind) => count(compared.get(kind)?.equal ?? 0) },
      { head: 'of', cell: (kind) => count(compared.get(kind)?.all ?? 0) },
      { head: 'a difference counts above', isText: true, cell: toleranceWords },
    ],
    rows: kinds,
  });
}

function toleranceWords(kind: Comparison): string {
  const { share, parts } = TOLERANCES[kind];
  if (share === 0) return 'nothing: exactly equal';
  const unit = kind === 'hours' ? 'hours' : 'dollars';
  return `the larger of ${Number((100 * share).toPrecision(3))} % and ${parts / NANO} ${unit}`;
}

function differenceTable({ projects }: Account, rows: readonly Compared[]): Html {
  return table({
    caption: 'Differences, those that are not explained first',
    columns: [
      { head: 'day', cell: ({ day }) => day },
      { head: 'project', isText: true, cell: ({ project }) => shortName(projects.get(project) ?? project) },
      {
        head: 'what',
        isText: true,
        cell: ({ what, stream }) =>
          stream === undefined ? COMPARISONS[what] : `${stream}, against its total`,
      },
      { head: 'added up', cell: ({ measure, found }) => amount(measure, found) },
      { head: 'said', cell: ({ measure, said }) => amount(measure, said) },
      { head: 'difference', cell: ({ measure, found, said }) => amount(measure, found - said) },
      { head: 'in percent', cell: ({ found, said }) => percent(found - said, said) },
      {
        head: 'why',
        isText: true,
        cell: ({ verdict, reasons }) =>
          verdict === 'unexplained'
            ? html`<span class=bad>not explained</span>`
            : reasons.join('; ') || 'requests that may still change',
      },
    ],
    rows,
  });
}
