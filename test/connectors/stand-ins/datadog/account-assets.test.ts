import { describe, expect, it, onTestFinished } from 'vitest';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { systemClock } from '../../../../src/time/clock.js';
import { API_KEY, APP_KEY } from '../../datadog/install/organization.js';

const DASHBOARD = { title: 'Theirs', layout_type: 'ordered', widgets: [] };
const MONITOR = { type: 'query alert', query: 'max(last_5m):max:a.b{*} > 1', tags: ['a:b'] };

describe('the stand-in for an organization', () => {
  it.each([
    ['without the application key', { appKey: APP_KEY }, {}],
    ['with another one', { appKey: APP_KEY }, { 'DD-APPLICATION-KEY': 'another-key' }],
    ['where it has none', {}, {}],
  ])('refuses a call %s', async (_, options, headers) => {
    const { url } = await organization(options);

    const answer = await fetch(`${url}/api/v1/monitor`, { headers: { 'DD-API-KEY': API_KEY, ...headers } });

    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ errors: ['Forbidden'] });
  });

  it('lists dashboards in pages of a hundred, without their widgets', async () => {
    const { assets, get } = await organization({ appKey: APP_KEY });
    for (let i = 0; i < 101; i += 1) assets.dashboards.add({ ...DASHBOARD, title: `No. ${i}` });

    const [first, second] = [await get('dashboard'), await get('dashboard?start=100&count=50')];

    expect(first).toHaveLength(100);
    expect(second).toMatchObject([{ title: 'No. 100' }]);
    expect(second[0]).not.toHaveProperty('widgets');
  });

  it('lists all monitors, or those with a tag, or a page of them', async () => {
    const { assets, get } = await organization({ appKey: APP_KEY });
    for (let i = 0; i < 101; i += 1) assets.monitors.add(MONITOR);
    assets.monitors.add({ ...MONITOR, tags: [] });

    const listings = ['monitor', 'monitor?monitor_tags=a:b', 'monitor?page=1', 'monitor?page=1&page_size=2'];
    const found = await Promise.all(listings.map(get));

    expect(found.map((monitors) => monitors.length)).toEqual([102, 101, 2, 2]);
  });

  it.each([
    ['dashboard', { title: 'No widgets' }, "'layout_type' is a required property"],
    ['monitor', { query: 'x' }, "'type' is a required property"],
    ['monitor', { ...MONITOR, query: 'x' }, "The value provided for parameter 'query' is invalid"],
    [
      'monitor/validate',
      { ...MONITOR, options: { thresholds: { critical: 2 } } },
      'Alert threshold (2) does not match that used in the query (1).',
    ],
  ])('does not take a faulty %s', async (path, body, message) => {
    const { url, keys } = await organization({ appKey: APP_KEY });

    const answer = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: keys,
      body: JSON.stringify(body),
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ errors: expect.arrayContaining([message]) });
  });
});

async function organization(options: { readonly appKey?: string }) {
  const intake = await startIntake({ apiKey: API_KEY, clock: systemClock, ...options });
  onTestFinished(() => intake.close());
  const keys = { 'DD-API-KEY': API_KEY, 'DD-APPLICATION-KEY': APP_KEY };
  const get = async (path: string): Promise<readonly object[]> => {
    const answer = await fetch(`${intake.url}/api/v1/${path}`, { headers: keys });
    // A listing, which dashboards have within an object.
    const body = (await answer.json()) as readonly object[] | { readonly dashboards: readonly object[] };
    return 'dashboards' in body ? body.dashboards : body;
  };
  return { url: intake.url, assets: intake.assets, keys, get };
}
