import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHIVE } from '../cli/world.js';
import { DAYS, RANGE, world } from './account.js';

it('plan says what would be read, and writes nothing', async () => {
  const { program, deepgram } = await world();

  const { code, stdout } = await program.run(`plan -c job.yaml ${RANGE} --stream requests usage`);

  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^requests +${DAYS[0]} to ${DAYS[1]} +2 `, 'm'));
  expect(Object.keys(await program.files())).toEqual(['job.yaml']);
  expect(deepgram.calls.map(({ path }) => path)).not.toContain('/v1/projects/p-1/requests');
});

it('a dry run reads and writes nothing', async () => {
  const { program, deepgram } = await world();

  const { code } = await program.run(`sync -c job.yaml ${RANGE} --stream requests --dry-run`);

  expect(code).toBe(0);
  expect(deepgram.calls.map(({ path }) => path)).toContain('/v1/projects/p-1/requests');
  expect(Object.keys(await program.files())).toEqual(['job.yaml']);
});

describe('check', () => {
  it('says what works', async () => {
    const { program } = await world();

    const { code, stdout } = await program.run('check -c job.yaml');

    expect(code).toBe(0);
    expect(stdout).toContain('  ok  list the projects: 1: Support line');
    expect(stdout).toContain('  ok  write to out/ndjson: a test file was written and removed');
    expect(Object.keys(await program.files())).toEqual(['job.yaml']);
  });

  it('says what does not, and how to mend it', async () => {
    const { program } = await world();

    const { code, stdout } = await program.run('check -c job.yaml', { DEEPGRAM_API_KEY: 'a-wrong-key' });

    expect(code).toBe(3);
    expect(stdout).toContain('  no  connect: Could not list the projects');
    expect(stdout).toContain('source.api_key');
  });
});

it('replay fills a sink from the archive to the same bytes, and asks Deepgram nothing', async () => {
  const { program, deepgram } = await world();
  await program.run(`sync -c job.yaml ${RANGE}`);
  await rename(join(program.cwd, 'out/tableau'), join(program.cwd, 'before'));
  const asked = deepgram.calls.length;

  const { code } = await program.run('replay -c job.yaml --from out/ndjson --sink tableau');

  expect(code).toBe(0);
  expect(await program.files('out/tableau')).toEqual(await program.files('before'));
  expect(deepgram.calls).toHaveLength(asked);
});

it('backfill delivers its days, and leaves the state as it is', async () => {
  const { program } = await world([ARCHIVE]);
  await program.run(`sync -c job.yaml ${RANGE} --stream usage`);
  // What names things had is remembered; what was delivered is not.
  const state = async () => {
    const { 'state.json.memory': _, ...files } = await program.files('.deepgram-export');
    return files;
  };
  const before = await state();

  const { code } = await program.run(
    `backfill -c job.yaml --since ${DAYS[0]} --until ${DAYS[0]} --stream requests`,
  );

  expect(code).toBe(0);
  expect(Object.keys(await program.files('out/ndjson/requests'))).toEqual([
    `project_id=p-1/date=${DAYS[0]}/part.ndjson`,
  ]);
  expect(await state()).toEqual(before);
});

describe('the state', () => {
  it('is shown as a table', async () => {
    const { program } = await world([ARCHIVE]);
    await program.run(`sync -c job.yaml ${RANGE} --stream requests`);

    const { code, stdout } = await program.run('state show -c job.yaml');

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^archive +requests +Support line +${DAYS[0]} to ${DAYS[1]} `, 'm'));
  });

  it('that cannot be used is exit 2, and repair sets it aside', async () => {
    const { program } = await world([ARCHIVE]);
    await program.write('.deepgram-export/state.json', '{"version": 1, "si');

    const refused = await program.run(`sync -c job.yaml ${RANGE} --stream usage`);
    const repaired = await program.run('state repair -c job.yaml');
    const next = await program.run(`sync -c job.yaml ${RANGE} --stream usage`);

    expect([refused.code, repaired.code, next.code]).toEqual([2, 0, 0]);
    expect(refused.stderr).toContain('state repair');
    expect(Object.values(await program.files('.deepgram-export'))).toContain('{"version": 1, "si');
  });

  it.each([
    'sync -c job.yaml',
    `backfill -c job.yaml ${RANGE}`,
    'replay -c job.yaml --from out/ndjson --sink archive',
    'state repair -c job.yaml',
  ])('that another run holds is exit 6, and who holds it: %s', async (line) => {
    const { program } = await world([ARCHIVE]);
    const since = new Date().toISOString();
    const holder = { id: 'other', pid: 4711, host: 'elsewhere', since, beat_at: Date.now() };
    await program.write('.deepgram-export/state.json.lock', JSON.stringify(holder));

    const { code, stderr } = await program.run(line);

    expect(code).toBe(6);
    expect(stderr).toContain('process 4711 on elsewhere');
    expect(await program.files('out')).toEqual({});
  });
});
