import { timestampAt } from '../../../src/time/timestamp.js';
import type { Account } from '../account/account.js';
import { documentOf } from './document.js';
import { type Content, type Html, html } from './html.js';
import { counted, moment } from './numbers.js';
import { addsUp } from './sections/adds-up.js';
import { atAGlance } from './sections/at-a-glance.js';
import { cost } from './sections/cost.js';
import { freshness } from './sections/freshness.js';
import { keysAndCredit } from './sections/keys-and-credit.js';
import { quality } from './sections/quality.js';
import { requestLog } from './sections/request-log.js';
import { usage } from './sections/usage.js';
import { whatMoved } from './sections/what-moved.js';
import { hatch } from './style.js';
import { nameOf } from './table.js';

/** In the order in which the page has them. */
const SECTIONS: readonly (readonly [id: string, heading: string, section: (account: Account) => Content])[] =
  [
    ['glance', 'At a glance', atAGlance],
    ['cost', 'Cost', cost],
    ['moved', 'What moved', whatMoved],
    ['usage', 'Usage', usage],
    ['keys', 'Keys and credit', keysAndCredit],
    ['quality', 'Quality', quality],
    ['log', 'Log', requestLog],
    ['sums', 'Does it add up', addsUp],
    ['fresh', 'How fresh is this', freshness],
  ];

/** The page, whole: it asks nobody for anything, and runs nothing. @param account undefined where nothing was read yet */
export function reportPage(account: Account | undefined, now: number): string {
  const at = `${moment(timestampAt(now))} UTC`;
  const body =
    account === undefined
      ? html`<main><p class=lead>Nothing was read yet: this page has no numbers.</p></main>`
      : html`<main>${SECTIONS.map(
          ([id, heading, section]) =>
            html`<section id="${id}"><h2>${heading}</h2>${section(account)}</section>\n`,
        )}</main>`;
  return documentOf('Deepgram: cost and usage', html`${hatch}${header(account, at)}\n${body}`, at);
}

function header(account: Account | undefined, at: string): Html {
  if (account === undefined)
    return html`<header><h1>Deepgram: cost and usage</h1><p class=q>${at}</p></header>`;
  const { calendar, projects } = account;
  const names = [...projects.values()].sort();
  const listed = names.slice(0, 3).map((name, index) => html`${index > 0 ? ', ' : ''}${nameOf(name)}`);
  const more = names.length > 3 ? ` and ${counted(names.length - 3, 'other project')}` : '';
  const until = calendar.isOpen ? `${calendar.newest}, a day that is not over` : calendar.newest;
  const links = SECTIONS.map(([id, heading]) => html`<a href="#${id}">${heading}</a> `);
  return html`<header><h1>Deepgram: cost and usage</h1><p class=q>${listed}${more}. Through ${until}. Written ${at}.</p><nav aria-label=Sections>${links}</nav></header>`;
}
