import { shortName } from '../../../../src/text/one-line.js';
import type { Account, ProjectRequest } from '../../account/account.js';
import { NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { counted, dollars, milliseconds, NONE } from '../numbers.js';
import { folded, table } from '../table.js';

const SHOWN = 20;

/** The last requests and the last that failed, as Deepgram's Logs tab has them. */
export function requestLog(account: Account): Content {
  const { requests, errors } = account.log;
  const [last] = requests;
  if (last === undefined) return html`<p>No requests were read: Deepgram keeps them for 90 days.</p>`;
  return html`<p class=lead>The last request arrived on ${last.request.created_at.slice(0, 10)} at ${last.request.created_at.slice(11, 19)} UTC.</p>${
    errors.length === 0
      ? html`<p>None of what was read has failed.</p>`
      : [
          html`<h3>Last errors</h3>`,
          errorTable(account, errors.slice(0, SHOWN)),
          more(errors, (some) => errorTable(account, some), 'error'),
        ]
  }<h3>Last requests</h3>${requestTable(account, requests.slice(0, SHOWN))}${more(requests, (some) => requestTable(account, some), 'request')}`;
}

function more(
  all: readonly ProjectRequest[],
  rows: (some: readonly ProjectRequest[]) => Html,
  noun: string,
): Html | undefined {
  return all.length > SHOWN
    ? folded(counted(all.length - SHOWN, `more ${noun}`), rows(all.slice(SHOWN)))
    : undefined;
}

const TIME = {
  head: 'time, UTC',
  cell: ({ request }: ProjectRequest) => request.created_at.slice(0, 19).replace('T', ' '),
};
const ID = {
  head: 'request id',
  isText: true,
  cell: ({ request }: ProjectRequest) => request.request_id,
};

function requestTable({ projects }: Account, rows: readonly ProjectRequest[]): Html {
  return table({
    caption: 'The last requests, the newest first',
    isNamed: true,
    look: 'log',
    columns: [
      TIME,
      ...(projects.size < 2 ? [] : [projectColumn(projects)]),
      {
        head: 'call',
        isText: true,
        cell: ({ request: { endpoint, method } }) => (method === null ? endpoint : `${endpoint} ${method}`),
      },
      { head: 'model', isText: true, cell: ({ request }) => shortName(request.model ?? NONE) },
      {
        head: 'API key',
        isText: true,
        cell: ({ request }) => shortName(request.api_key_name ?? request.api_key_id ?? NONE),
      },
      {
        head: 'status',
        isText: true,
        cell: ({ request: { status, code } }) =>
          status === 'error' ? html`<b class=bad>error ${code ?? ''}</b>` : status,
      },
      {
        head: 'seconds',
        cell: ({ request }) => (request.audio_seconds === null ? NONE : request.audio_seconds.toFixed(1)),
      },
      {
        head: 'latency',
        cell: ({ request }) => (request.latency_ms === null ? NONE : milliseconds(request.latency_ms)),
      },
      {
        head: 'cost',
        cell: ({ request }) =>
          request.cost_usd === null ? NONE : dollars(Math.round(request.cost_usd * NANO)),
      },
      ID,
    ],
    rows,
  });
}

function errorTable({ projects }: Account, rows: readonly ProjectRequest[]): Html {
  return table({
    caption: 'The last errors, the newest first',
    isNamed: true,
    look: 'log',
    columns: [
      TIME,
      ...(projects.size < 2 ? [] : [projectColumn(projects)]),
      {
        head: 'code',
        isText: true,
        cell: ({ request }) => (request.code === null ? NONE : String(request.code)),
      },
      { head: 'message', isText: true, cell: ({ request }) => shortName(request.error_message ?? NONE) },
      {
        head: 'API key',
        isText: true,
        cell: ({ request }) => shortName(request.api_key_name ?? request.api_key_id ?? NONE),
      },
      ID,
    ],
    rows,
  });
}

function projectColumn(projects: Account['projects']) {
  return {
    head: 'project',
    isText: true,
    cell: ({ project }: ProjectRequest) => shortName(projects.get(project) ?? project),
  };
}
