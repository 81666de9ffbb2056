/**
 * Draws what the documentation shows of a report: its figures and its cost by day, of the demo's account, light, at one and a half times the size: at twice it is too large a file.
 *
 *     npm run draw:report
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openChromium } from './chromium.mjs';
import { demoReport } from './report-pages.mjs';

const PICTURE = fileURLToPath(new URL('../../docs/sinks/report.png', import.meta.url));
/** Days that make a month and the one before. */
const DAYS = 60;
const SIZE = { width: 1_040, height: 900, scale: 1.5 };
/** From the figures to the end of the chart by day; that by month is left out, since the account is younger than a year. */
const AREA = `(() => {
  const [byMonth, byDay] = document.querySelectorAll('#cost > figure');
  byMonth.nextElementSibling.remove();
  byMonth.remove();
  const top = document.querySelector('#glance').getBoundingClientRect().top;
  return { x: 0, y: top, width: innerWidth, height: byDay.nextElementSibling.getBoundingClientRect().top - top, scale: 1 };
})()`;

const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-drawing-'));
const chromium = openChromium();
try {
  const page = await chromium.page();
  await page.look(SIZE);
  await page.open(pathToFileURL(demoReport(folder, DAYS)).href);
  writeFileSync(PICTURE, await page.picture({ clip: await page.value(AREA) }));
} finally {
  await chromium.close();
  rmSync(folder, { recursive: true, force: true });
}
