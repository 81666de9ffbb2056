import { describe, expect, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import { manyRequests } from '../../../connectors/testing/sample-records.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { callsOf, type Publishing, publishing, requestsOf } from './publishing.js';
import { TOKEN_NAME, TOKEN_SECRET } from './site.js';

const FRIDAY = '2026-11-20';
const ONE_DAY = [requestsOf(FRIDAY, manyRequests(3))];
const ONE_STREAM = { streams: [requests] };

describe('a session', () => {
  it('is signed out of at the end, also where the run fails', async () => {
    const { tableau, run } = await publishing();

    await run(ONE_DAY, ONE_STREAM);
    expect(tableau.sessions()).toBe(0);

    tableau.site.failingJobs.push('');
    await run([requestsOf(FRIDAY, manyRequests(4))], ONE_STREAM).catch(() => {});
    expect(callsOf(tableau, /signout/)).toHaveLength(2);
    expect(tableau.sessions()).toBe(0);
  });

  it('whose time is over in the middle is opened once more, without a word', async () => {
    const { tableau, run, clock, said } = await publishing();
    tableau.onCall = (call) => {
      if (call === 'POST /datasources' && callsOf(tableau, /signin/).length === 1) {
        void clock.sleep(121 * 60_000);
      }
    };

    await run(ONE_DAY, ONE_STREAM);

    expect(callsOf(tableau, /signin/)).toHaveLength(2);
    expect(tableau.site.dataSources.size).toBe(1);
    expect(said).toEqual([]);
  });

  it('that another sign-in has ended is opened once more, and that is said', async () => {
    const { tableau, run, said } = await publishing();
    endSessions(tableau, 1);

    await run(ONE_DAY, ONE_STREAM);

    expect(said).toEqual([
      `warn: The session of the token ${TOKEN_NAME} was ended before its time, as another sign-in with it does. Signing in once more; give each job a token of its own.`,
    ]);
    expect(tableau.site.dataSources.size).toBe(1);
  });

  it('that is ended again and again fails the run: two programs have one token', async () => {
    const { tableau, run } = await publishing();
    endSessions(tableau, 100);

    const failure = failureOf(await run(ONE_DAY, ONE_STREAM).catch((error) => error));

    expect(failure).toMatchObject({ code: 'SINK_REFUSED', kind: 'auth' });
    expect(failure.message).toMatch(/keeps signing in to 127\.0\.0\.1:\d+ with the token export/);
    expect(callsOf(tableau, /signin/)).toHaveLength(4);
  });
});

describe('what Tableau says is told in words', () => {
  it.each([
    [
      '400011: There was a problem publishing the file',
      [
        'answered 400 Bad Request: Bad Request: There was a problem publishing the file (400011)',
        /Usual causes/,
      ],
    ],
    ['403004: Not allowed here', ['Not allowed here (403004)', /site role/]],
    ['404005: Project is gone', ['Project is gone (404005)', /project was removed meanwhile/]],
    ['409004: The name is taken', ['The name is taken (409004)', /Somebody else/]],
    ['413000: Too large', ['Too large (413000)', /proxy/]],
  ] as const)('%s', async (error, [message, hint]) => {
    const { tableau, run } = await publishing();
    const [code = '', detail] = error.split(': ');
    const body = `<tsResponse xmlns="http://tableau.com/api"><error code="${code}"><summary>Bad Request</summary><detail>${detail}</detail></error></tsResponse>`;
    tableau.faults.set('POST /datasources', [{ status: Number(code.slice(0, 3)), body }]);

    const failure = failureOf(await run(ONE_DAY, ONE_STREAM).catch((thrown) => thrown));

    expect(failure.message).toContain('Could not publish Deepgram requests');
    expect(failure.message).toContain(message);
    expect(failure.hint).toMatch(hint);
  });

  it('also where it comes as JSON, or as nothing', async () => {
    const { tableau, run } = await publishing();
    const json = { error: { summary: 'Forbidden', detail: 'Not yours', code: '403007' } };
    tableau.faults.set('POST /datasources', [{ status: 403, body: JSON.stringify(json) }]);
    const told = failureOf(await run(ONE_DAY, ONE_STREAM).catch((thrown) => thrown));
    tableau.faults.set('POST /datasources', [{ status: 400 }]);
    const untold = failureOf(await run(ONE_DAY, ONE_STREAM).catch((thrown) => thrown));

    expect(told.message).toContain('403 Forbidden: Forbidden: Not yours (403007)');
    expect(untold.message).toContain('answered 400 Bad Request');
  });

  it.each([
    ['The file has <no> "rows" & no end', 'and says: The file has <no> "rows" & no end'],
    ['', 'without saying why'],
  ])('a job that fails: %j', async (words, told) => {
    const { tableau, run } = await publishing();
    tableau.site.failingJobs.push(words);

    const failure = failureOf(await run(ONE_DAY, ONE_STREAM).catch((thrown) => thrown));

    expect(failure.message).toBe(
      `Tableau could not publish Deepgram requests in Speech: its job job-1 failed ${told}.`,
    );
  });

  it('a job that failed is no reason to take the next for the same', async () => {
    const { tableau, run } = await publishing();
    await run(ONE_DAY, ONE_STREAM);
    tableau.site.failingJobs.push('No room');
    await run([requestsOf(FRIDAY, manyRequests(5))], ONE_STREAM).catch(() => {});

    await run([], ONE_STREAM);

    expect(rowsIn(tableau)).toBe(5);
  });

  it('one table that fails leaves the others alone', async () => {
    const { tableau, run } = await publishing();
    const tagged = manyRequests(3).map((row) => ({ ...row, tags: ['a'] }));
    tableau.site.failingJobs.push('No room');

    const failure = failureOf(await run([requestsOf(FRIDAY, tagged)], ONE_STREAM).catch((thrown) => thrown));
    const after = [...tableau.site.dataSources.values()].length;
    await run([], ONE_STREAM);

    expect(failure.message).toContain('No room');
    expect([after, tableau.site.dataSources.size]).toEqual([1, 2]);
  });
});

describe('check', () => {
  it('signs in and looks at the project and the rights, and changes nothing', async () => {
    const { tableau, open } = await publishing();

    const result = await check({ open });

    expect(result).toMatchObject({
      ok: true,
      detail: 'signed in with export, API 3.24: as Creator, by a rule for a group',
    });
    expect(tableau.calls.filter((call) => !/^GET|signin|signout/.test(call))).toEqual([]);
    expect(tableau.sessions()).toBe(0);
  });

  it.each([
    [
      'a project that is not there',
      { project: 'Speach' },
      /has no project "Speach"/,
      /It sees Finance, Speech\./,
    ],
    ['a rule that denies it', { project: 'Finance' }, /says Deny for the user/, /right to publish/],
    ['a wrong token', { token_secret: 'another' }, /Tableau refused the token export/, /token_secret/],
    ['a wrong site', { site: 'other' }, /Tableau refused the token export/, /after \/site\//],
  ])('finds %s', async (_, settings, detail, hint) => {
    const { open } = await publishing();

    const result = await check({ open }, settings);

    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringMatching(detail),
      hint: expect.stringMatching(hint),
    });
  });

  it.each([
    ['Viewer', { publishers: { everybody: 'Allow' } }, false, /the site role Viewer may not publish/],
    ['ServerAdministrator', { publishers: {} }, true, /as ServerAdministrator/],
    ['Creator', { publishers: {} }, false, /no rule of the project/],
    ['Creator', { publishers: { everybody: 'Deny' } }, false, /denies it to a group/],
    ['Creator', { publishers: { everybody: 'Deny', ann: 'Allow' } }, true, /says Allow for the user/],
    ['Creator', { publishers: {}, ownerId: 'ann' }, true, /owns the project/],
    ['Creator', { publishers: { '*': 'Allow' } }, true, /keeps its rules to itself/],
  ] as const)('says what %s with %j may', async (siteRole, rules, ok, detail) => {
    const project = { id: 'p', name: 'Speech', ownerId: 'ben', ...rules };
    const users = [{ id: 'ann', siteRole, groups: ['everybody'] }];
    const { open } = await publishing({ projects: [project], users });

    expect(await check({ open })).toMatchObject({ ok, detail: expect.stringMatching(detail) });
  });

  it('says which project is meant where several have the name', async () => {
    const of = { ownerId: 'ben', publishers: { everybody: 'Allow' as const } };
    const projects = [
      { ...of, id: '1', name: 'Sales' },
      { ...of, id: '2', name: 'Speech', parentId: '1' },
      { ...of, id: '3', name: 'Support' },
      { ...of, id: '4', name: 'Speech', parentId: '3' },
    ];
    const { open } = await publishing({ projects });

    expect(await check({ open })).toMatchObject({
      ok: false,
      hint: 'Name one by its path: Sales/Speech, Support/Speech.',
    });
    expect(await check({ open }, { project: 'Support/Speech' })).toMatchObject({ ok: true });
  });

  it('reads all pages of a site with many projects', async () => {
    const of = { ownerId: 'ben', publishers: { everybody: 'Allow' as const } };
    const projects = Array.from({ length: 2_500 }, (_, at) => ({ ...of, id: `${at}`, name: `No ${at}` }));
    const { open } = await publishing({ projects });

    expect(await check({ open }, { project: 'No 2499' })).toMatchObject({ ok: true });
  });

  it.each([
    ['parquet', '3.14', false, /has version 3\.14 of the REST API, and Parquet needs 3\.15/],
    ['parquet', '3.15', true, /API 3\.15/],
    ['parquet', '3.9', false, /has version 3\.9 of the REST API/],
    ['tdsx', '3.9', true, /API 3\.9/],
    ['tdsx', '3.5', false, /a personal access token needs 3\.6/],
  ])('as %s of a server with version %s', async (as, apiVersion, ok, detail) => {
    const { open } = await publishing({ apiVersion });

    expect(await check({ open }, { as })).toMatchObject({ ok, detail: expect.stringMatching(detail) });
  });
});

it('a project that is not there ends a run before anything is kept for it', async () => {
  const { run, cwd } = await publishing();

  const failure = failureOf(
    await run(ONE_DAY, { settings: { project: 'Speach' } }).catch((thrown) => thrown),
  );

  expect(failure).toMatchObject({ code: 'CONFIG_INVALID', hint: 'It sees Finance, Speech.' });
  expect(await folderContents(cwd)).toEqual({});
});

it('a server that is too old is left alone with a run, before anything is kept for it', async () => {
  const { tableau, run } = await publishing({ apiVersion: '3.14' });

  const failure = failureOf(await run(ONE_DAY, ONE_STREAM).catch((thrown) => thrown));

  expect(failure).toMatchObject({ kind: 'permanent', hint: expect.stringContaining('as: tdsx') });
  expect(tableau.site.dataSources.size).toBe(0);
});

async function check({ open }: Pick<Publishing, 'open'>, settings: Readonly<Record<string, unknown>> = {}) {
  const sink = await open({ settings });
  const result = await sink.check(new AbortController().signal);
  await sink.dispose?.();
  expect(JSON.stringify(result)).not.toContain(TOKEN_SECRET);
  return result;
}

/** Somebody signs in with the same token before each of so many calls. */
function endSessions(tableau: Publishing['tableau'], times: number): void {
  let left = times;
  tableau.onCall = (call) => {
    if (/sign|serverinfo/.test(call) || left === 0) return;
    left -= 1;
    tableau.expireSessions();
  };
}

function rowsIn({ site }: Publishing['tableau']): number | undefined {
  return [...site.dataSources.values()].find(({ name }) => name === 'Deepgram requests')?.rows.length;
}
