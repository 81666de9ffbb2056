import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { hasPostgres } from '../postgres/postgres-server.js';
import { NOW } from '../postgres/postgres-world.js';
import { type Drawn, drawDashboard, drawnHeight } from './drawing.js';
import { month } from './month.js';

/** A folder: the page and its picture are left there, of an account with more to see. `npm run draw:grafana` */
const { DRAW_TO } = process.env;

it.skipIf(!hasPostgres)('every panel can be drawn from what its own query gives', async () => {
  const { dashboard, asked, rows } = await month(
    [],
    DRAW_TO === undefined ? {} : { account: { requestsPerDay: 400 } },
  );
  const drawn: Drawn[] = [];
  for (const panel of dashboard.panels) {
    const query = asked.find(({ sql }) => sql === panel.targets?.[0]?.rawSql);
    drawn.push({ panel, rows: query === undefined ? [] : await rows(query) });
  }

  const page = drawDashboard(drawn, new Date(NOW).toISOString().slice(0, 10));

  for (const { title } of dashboard.panels) expect(page).toContain(title);
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
  expect(page.match(/<title>Today is not over/g)?.length).toBeGreaterThan(6);
  expect(page.match(/<svg|<table/g)?.length).toBeGreaterThan(15);
  if (DRAW_TO === undefined) return;
  const end = dashboard.panels.find(({ title, type }) => type === 'row' && title === 'Quality');
  await draw(page, resolve(DRAW_TO), drawnHeight(end?.gridPos.y ?? 0));
});

/** The picture has the rows above that of the quality. */
async function draw(page: string, folder: string, height: number): Promise<void> {
  const file = join(folder, 'grafana-dashboard.html');
  await writeFile(file, page);
  const done = spawnSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--hide-scrollbars',
      '--disable-lcd-text',
      `--window-size=1240,${height}`,
      `--screenshot=${join(folder, 'grafana-dashboard.png')}`,
      `file://${file}`,
    ],
    // Its sockets have short paths: the tests' own folder is too deep for it.
    { encoding: 'utf8', env: { PATH: process.env.PATH } },
  );
  if (done.status !== 0) throw new Error(`chromium: ${done.stderr ?? done.error}`);
}
