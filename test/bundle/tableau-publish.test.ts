import { describe, expect, it, onTestFinished } from 'vitest';
import { rowsOf } from '../../connectors/stand-ins/tableau/account/site.js';
import type { Tableau } from '../../connectors/stand-ins/tableau/tableau.js';
import { ARCHIVE } from '../cli/world.js';
import { startSite, TOKEN_NAME, TOKEN_SECRET } from '../connectors/tableau-publish/site.js';
import { DAYS, RANGE, world } from './account.js';

const STREAM = '--stream requests --stream usage';

/** A program that publishes to a site, and a word for when it is to be killed. */
const publishingWorld = async (settings = '') => {
  const tableau = await startSite({ now: Date.now });
  onTestFinished(() => tableau.close());
  const publish = `published: { type: tableau-publish, url: "${tableau.url}", token_name: ${TOKEN_NAME}, token_secret: "${TOKEN_SECRET}", project: Speech, path: published${settings} }`;
  return { tableau, ...(await world([ARCHIVE, publish])) };
};

describe('a publish that is killed with -9', () => {
  it.each([
    ['while it is put on its way', 'POST /datasources', 'before'],
    ['when the server has done it', 'POST /datasources', 'after'],
  ] as const)('%s is done by the next run, and nothing is there twice', async (_, call, when) => {
    const { tableau, program } = await publishingWorld();
    killAt(tableau, call, when, () => program.kill('SIGKILL'));

    const killed = await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`);
    const next = await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`);

    expect([killed.code, next.code]).toEqual([null, 0]);
    expect(published(tableau)).toEqual(await archived(program));
  });
});

describe('an update that is killed with -9', () => {
  it.each([
    ['while it is put on its way', /^PATCH/, 'before'],
    ['when the server has done it', /^PATCH/, 'after'],
    ['while its payload is sent', /^PUT \/fileUploads/, 'before'],
    ['while its job is waited for', /^GET \/jobs/, 'before'],
  ] as const)('%s is done by the next run, and nothing is there twice', async (_, call, when) => {
    const { tableau, program } = await publishingWorld();
    await program.run(`sync -c job.yaml --since ${DAYS[0]} --until ${DAYS[0]} ${STREAM}`);
    addCalculatedFields(tableau);
    killAt(tableau, call, when, () => program.kill('SIGKILL'));

    const killed = await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`);
    const next = await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`);

    expect([killed.code, next.code]).toEqual([null, 0]);
    expect(published(tableau)).toEqual(await archived(program));
    expect([...tableau.site.dataSources.values()].map((one) => one.calculatedFields)).toEqual(
      [...tableau.site.dataSources.values()].map(() => ['Profit']),
    );
  });

  it('again and again is done in the end', async () => {
    const { tableau, program } = await publishingWorld();
    await program.run(`sync -c job.yaml --since ${DAYS[0]} --until ${DAYS[0]} ${STREAM}`);
    const codes: (number | null)[] = [];
    for (let calls = 6; codes.at(-1) !== 0 && calls < 100; calls += 9) {
      let left = calls;
      tableau.onCall = () => {
        left -= 1;
        if (left === 0) program.kill('SIGKILL');
      };
      codes.push((await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`)).code);
    }

    expect(codes.slice(0, 3)).toEqual([null, null, null]);
    expect(codes.at(-1)).toBe(0);
    expect(published(tableau)).toEqual(await archived(program));
  });
});

it('answers that are lost, and servers that stumble, are overcome within the run', async () => {
  const { tableau, program } = await publishingWorld();
  const faults = ['lost', { status: 503 }] as const;
  tableau.faults.set('POST /datasources', [...faults]);
  tableau.faults.set('POST /auth/signin', ['lost']);
  tableau.faults.set('GET /jobs', [...faults]);
  await program.run(`sync -c job.yaml --since ${DAYS[0]} --until ${DAYS[0]} ${STREAM}`);
  tableau.faults.set('PATCH /datasources/data', [...faults]);
  tableau.faults.set('PUT /fileUploads', [...faults]);
  tableau.faults.set('POST /fileUploads', [...faults]);

  const { code } = await program.run(`sync -c job.yaml ${RANGE} ${STREAM}`);

  expect(code).toBe(0);
  expect([...tableau.faults.values()].flat()).toEqual([]);
  expect(published(tableau)).toEqual(await archived(program));
});

it('a token is told to nobody', async () => {
  const { tableau, program } = await publishingWorld();
  const words = `<summary>No</summary><detail>room for ${TOKEN_SECRET}</detail>`;
  const body = `<tsResponse><error code="400011">${words}</error></tsResponse>`;
  tableau.faults.set('POST /datasources', [{ status: 400, body }]);
  const line = `-c job.yaml ${RANGE} ${STREAM} --verbose`;
  const check = await program.run('check -c job.yaml --verbose');

  const { code, stdout, stderr } = await program.run(`sync ${line} --summary summary.json`);

  const files = JSON.stringify(await program.files('published'));
  const { 'summary.json': summary = '' } = await program.files();
  expect([check.code, code]).toEqual([0, 4]);
  expect(summary).toMatch(/Could not publish .*No: room for/);
  expect(check.stdout + check.stderr + stdout + stderr + summary + files).not.toContain(TOKEN_SECRET);
});

type Told = Readonly<Record<string, readonly string[]>>;

/** Kills it at the first call of a kind: before the server does it, or when that is done. */
function killAt(tableau: Tableau, call: string | RegExp, when: 'before' | 'after', kill: () => void): void {
  const isIt = (one: string) => (typeof call === 'string' ? one === call : call.test(one));
  if (when === 'after') {
    const kind = typeof call === 'string' ? call : 'PATCH /datasources/data';
    tableau.faults.set(kind, ['hang after']);
  }
  tableau.onCall = (one) => {
    if (!isIt(one)) return;
    tableau.onCall = undefined;
    if (when === 'before') kill();
    else setTimeout(kill, 50);
  };
}

function addCalculatedFields(tableau: Tableau): void {
  for (const source of tableau.site.dataSources.values()) source.calculatedFields.push('Profit');
}

/** What tells a record, and what people sum, as a reader of the data sources has it. */
function published({ site }: Tableau): Told {
  return told((stream) => rowsOf(site, `Deepgram ${stream}`) ?? []);
}

/** The same of the records that another sink was given. */
async function archived(program: { files(folder: string): Promise<Record<string, string>> }): Promise<Told> {
  const files = Object.entries(await program.files('out/ndjson'));
  return told((stream) =>
    files
      .filter(([path]) => path.startsWith(`${stream}/`))
      .flatMap(([, text]) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line)),
  );
}

function told(rows: (stream: string) => readonly Readonly<Record<string, unknown>>[]): Told {
  return {
    requests: rows('requests')
      .map((row) => `${row.request_id} ${dayOf(row)} ${row.cost_usd}`)
      .sort(),
    usage: rows('usage')
      .map((row) => `${row.project_id} ${dayOf(row)} ${row.hours} ${row.requests}`)
      .sort(),
  };
}

function dayOf({ date }: Readonly<Record<string, unknown>>): string {
  return String(date).slice(0, 10);
}
