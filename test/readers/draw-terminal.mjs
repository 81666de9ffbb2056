/**
 * Draws what the documentation shows of a terminal: the end of the demo, as it is printed on one of 100 columns.
 *
 *     npm run draw:terminal
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { catalogue } from '../../dist/connectors/index.js';
import { main } from '../../dist/src/cli/main.js';
import { Screen } from '../../dist/src/log/screen.js';
import { systemClock } from '../../dist/src/time/clock.js';
import { openChromium } from './chromium.mjs';

const PICTURE = fileURLToPath(new URL('../../docs/start/terminal.png', import.meta.url));
const COLUMNS = 100;
const SIZE = { width: 900, height: 1_400, scale: 1 };
const AREA = `(() => {
  const { width, height } = document.querySelector('pre').getBoundingClientRect();
  return { x: 0, y: 0, width, height, scale: 1 };
})()`;
/** By the numbers that a terminal knows them by; 39 and 22 end them. */
const STYLES = { 2: 'color: #6b7280', 31: 'color: #b42318', 32: 'color: #15803d', 33: 'color: #a16207' };

/** The live line, each time until it is drawn again. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins it
const LIVE = /\r\u001B\[2K(?:[^\r\n]*(?=\r))?/g;

const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-drawing-'));
const chromium = openChromium();
try {
  const file = join(folder, 'terminal.html');
  writeFileSync(file, pageOf(await printed(['demo'])));
  const page = await chromium.page();
  await page.look(SIZE);
  await page.open(pathToFileURL(file).href);
  writeFileSync(PICTURE, await page.picture({ clip: await page.value(AREA) }));
} finally {
  await chromium.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Without the live line, which is gone at the end. */
async function printed(argv) {
  let text = '';
  const output = { isTTY: true, columns: COLUMNS, write: (more) => (text += more) };
  const env = { FORCE_COLOR: '1' };
  const code = await main(
    argv,
    {
      ...{ env, cwd: folder, clock: systemClock, screen: new Screen(output, output, env) },
      ...{ signal: new AbortController().signal, interruptCode: () => undefined },
    },
    catalogue,
  );
  if (code !== 0) throw new Error(`${argv} ended with ${code}:\n${text}`);
  const lasting = text.replace(LIVE, '');
  return `$ deepgram-export ${argv.join(' ')}\n${lasting.slice(0, lasting.indexOf('\n\nTo look at'))}`;
}

function pageOf(text) {
  const safe = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a color
  const colored = safe.replace(/\u001B\[(\d+)m/g, (_, number) =>
    STYLES[number] ? `<span style="${STYLES[number]}">` : '</span>',
  );
  const style =
    'margin: 0; padding: 16px; display: inline-block; font: 13px/1.45 "DejaVu Sans Mono", monospace; color: #111827; background: #fff';
  return `<!doctype html><meta charset="utf-8"><body style="margin: 0"><pre style='${style}'>${colored}</pre>`;
}
