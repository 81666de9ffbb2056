import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startTableau,
  type Tableau,
  type TableauOptions,
} from '../../../connectors/stand-ins/tableau/tableau.js';

export const TOKEN_NAME = 'export';
export const TOKEN_SECRET = 'a-secret-of-the-access-token==:of-somebody';
export const PROJECT = 'Speech';

/** A site with two projects, and a user who may publish in one of them. */
export function startSite(options: Partial<TableauOptions> = {}): Promise<Tableau> {
  return startTableau({
    tokens: { [TOKEN_NAME]: { secret: TOKEN_SECRET, userId: 'ann' } },
    projects: [
      { id: 'project-1', name: PROJECT, ownerId: 'ben', publishers: { everybody: 'Allow' } },
      { id: 'project-2', name: 'Finance', ownerId: 'ben', publishers: { ann: 'Deny' } },
    ],
    users: [{ id: 'ann', siteRole: 'Creator', groups: ['everybody'] }],
    ...options,
  });
}

export function settingsFor(url: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    url,
    token_name: TOKEN_NAME,
    token_secret: TOKEN_SECRET,
    project: PROJECT,
    path: 'published',
    ...changes,
  };
}

export function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tableau-publish-'));
}

/** What a reader of the site sees: the rows of each data source, in no order of their own. */
export function contentsOf({ site }: Tableau): Record<string, string> {
  return Object.fromEntries(
    [...site.dataSources.values()].map(({ name, rows, type, bytes }) => [
      name,
      type === 'parquet'
        ? JSON.stringify(rows.map((row) => JSON.stringify(row)).sort())
        : bytes.toString('base64'),
    ]),
  );
}
