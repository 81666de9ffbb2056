import { describe, expect, it } from 'vitest';
import { dashboardFile, monitorFiles } from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { all, assetsOf, openOrganization } from './organization.js';

const CREATE_DASHBOARD = 'POST /api/v1/dashboard';
const CREATE_MONITOR = 'POST /api/v1/monitor';

describe('there is never a second copy', () => {
  it.each([CREATE_DASHBOARD, CREATE_MONITOR])('when the answer to %s is lost', async (call) => {
    const organization = await openOrganization();
    organization.intake.assets.faults.set(call, [{ when: 'after' }]);

    const code = await organization.run('install');

    expect(code).toBe(0);
    expect(organization.outcomes()).toEqual(all('created'));
    expect(assetsOf(organization)).toHaveLength(5);
  });

  it.each([
    ['500', { status: 500 }],
    ['429', { status: 429, headers: { 'x-ratelimit-reset': '3' } }],
  ])('when it is made at the second try, after a %s', async (_, fault) => {
    const organization = await openOrganization();
    organization.intake.assets.faults.set(CREATE_DASHBOARD, [{ when: 'before', ...fault }]);

    const code = await organization.run('install');

    expect(code).toBe(0);
    expect(organization.outcomes()).toEqual(all('created'));
    expect(assetsOf(organization)).toHaveLength(5);
  });

  it('when it is given up after all tries: the next install goes on', async () => {
    const organization = await openOrganization();
    const refusals = Array.from({ length: 4 }, () => ({ when: 'before', status: 500 }) as const);
    organization.intake.assets.faults.set(CREATE_MONITOR, refusals);

    const codes = [await organization.run('install'), await organization.run('install')];

    expect(codes).toEqual([4, 0]);
    expect(organization.outcomes()).toEqual([
      'created dashboard Deepgram',
      'failed monitor Deepgram export: no successful run',
      ...all('created').slice(2),
      'unchanged dashboard Deepgram',
      'created monitor Deepgram export: no successful run',
      ...all('unchanged').slice(2),
    ]);
    expect(assetsOf(organization)).toHaveLength(5);
  });

  it('when an earlier install was cut off before it had written the ids', async () => {
    const organization = await openOrganization();
    const { dashboards, monitors } = organization.intake.assets;
    const begun = [dashboards.add(dashboardFile), monitors.add(monitorFiles['no-successful-run'])];

    const codes = [await organization.run('install'), await organization.run('install')];

    const [dashboard, monitor] = assetsOf(organization);
    expect(codes).toEqual([0, 0]);
    expect([dashboard?.id, monitor?.id]).toEqual(begun.map(({ id }) => id));
    expect(assetsOf(organization)).toHaveLength(5);
    expect(organization.outcomes().slice(5)).toEqual(all('unchanged'));
  });

  it('when a file was imported by hand twice: the older one is taken, the younger left', async () => {
    const organization = await openOrganization();
    const { dashboards } = organization.intake.assets;
    const first = dashboards.add(dashboardFile);
    const second = dashboards.add(dashboardFile);

    await organization.run('install', '--dashboard');

    expect(dashboards.all).toHaveLength(2);
    expect(dashboards.all[0]?.description).toContain(`[deepgram-export:dashboard:${first.id}]`);
    expect(dashboards.all[1]).toEqual(second);
  });

  it('when ours are on a later page of many', async () => {
    const organization = await openOrganization();
    const { dashboards, monitors } = organization.intake.assets;
    for (let i = 0; i < 250; i += 1) {
      dashboards.add({ title: `Theirs ${i}`, layout_type: 'ordered', widgets: [] });
      monitors.add({
        ...monitorFiles['error-rate'],
        tags: ['managed_by:deepgram-export', 'deepgram-export:error-rate', 'deepgram-export-id:1'],
      });
    }

    await organization.run('install');
    organization.outcomes();
    await organization.run('install');

    expect(organization.outcomes()).toEqual(all('unchanged'));
    expect(assetsOf(organization)).toHaveLength(505);
  });
});

it('what is removed is removed, also when the answer is lost', async () => {
  const organization = await openOrganization();
  await organization.run('install');
  organization.outcomes();
  const [dashboard] = assetsOf(organization);
  organization.intake.assets.faults.set(`DELETE /api/v1/dashboard/${dashboard?.id}`, [{ when: 'after' }]);

  const code = await organization.run('uninstall');

  expect(code).toBe(0);
  expect(organization.outcomes()).toEqual(all('removed'));
});

it('one that cannot be removed is said, and the others are removed', async () => {
  const organization = await openOrganization();
  await organization.run('install');
  organization.outcomes();
  const [, monitor] = assetsOf(organization);
  const refusal = { when: 'before', status: 400 } as const;
  organization.intake.assets.faults.set(`DELETE /api/v1/monitor/${monitor?.id}`, [refusal]);

  const code = await organization.run('uninstall');

  expect(code).toBe(4);
  expect(assetsOf(organization)).toEqual([monitor]);
});

it('one that fails keeps no other back', async () => {
  const organization = await openOrganization();
  organization.intake.assets.faults.set(CREATE_DASHBOARD, [{ when: 'before', status: 400 }]);

  const code = await organization.run('install');

  expect(code).toBe(4);
  expect(organization.outcomes()).toEqual(['failed dashboard Deepgram', ...all('created').slice(1)]);
  expect(organization.terminal.stderr).toContain('Could not create the dashboard: ');
});

it('an interruption ends it with its own exit code, and says what was done', async () => {
  const organization = await openOrganization();
  const { assets } = organization.intake;
  const { receive } = assets;
  Object.assign(assets, {
    receive: (...args: Parameters<typeof receive>) => {
      if (assets.monitors.all.length === 1) organization.terminal.interrupt(143);
      return receive(...args);
    },
  });

  const code = await organization.run('install');

  expect(code).toBe(143);
  expect(organization.outcomes()).toEqual(['created dashboard Deepgram']);
  expect(assets.monitors.all).toHaveLength(1);
});
