import type { Account } from '../../account/account.js';
import type { Share } from '../../account/amounts.js';
import { type Html, html } from '../html.js';
import { nameOf } from '../table.js';

/** What a share is called: a key with the name of its project beside it, where there are several projects. */
export function shareNamed({ name, of }: Share, { projects }: Account): Html {
  const project = of === undefined || projects.size < 2 ? undefined : projects.get(of);
  return project === undefined ? nameOf(name) : html`${nameOf(name)} <span class=q>${nameOf(project)}</span>`;
}
