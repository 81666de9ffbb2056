/**
 * Draws what the documentation shows of a report: its top, of the demo's account, light, at twice the size.
 *
 *     npm run draw:report
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openChromium } from './chromium.mjs';
import { demoReport } from './report-pages.mjs';

const PICTURE = fileURLToPath(new URL('../../docs/report.png', import.meta.url));
/** Days that make a month and the one before. */
const DAYS = 60;
/** Beyond the figures, down to where the first chart ends. */
const SIZE = { width: 1_040, height: 760, scale: 2 };

const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-drawing-'));
const chromium = openChromium();
try {
  const page = await chromium.page();
  await page.look(SIZE);
  await page.open(pathToFileURL(demoReport(folder, DAYS)).href);
  writeFileSync(PICTURE, await page.picture());
} finally {
  await chromium.close();
  rmSync(folder, { recursive: true, force: true });
}
