/**
 * A reader that nobody here wrote: Chromium opens the report of the demo, and one whose names are hostile, light, dark, as it
 * is printed and at 360 px. It must say nothing on its console, ask nobody for anything, and be no wider than the screen; and
 * axe-core must find nothing serious. What it must not do at all, such as to run a script, it is asked for as well.
 *
 *     npm run test:readers
 *
 * Chromium is Debian's; axe-core is the package of that name in the folder that READERS names. PICTURES names a folder for
 * what was seen.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasChromium, openChromium } from './chromium.mjs';
import { demoReport, hostileReport } from './report-pages.mjs';

const { READERS, PICTURES } = process.env;
const CONTRAST = 'color-contrast';
const BUT_CONTRAST = { rules: { [CONTRAST]: { enabled: false } } };
/**
 * How each page is looked at, and what axe-core looks at. Contrast takes most of its time, and is the same whatever the width
 * and the names.
 */
const looks = (hasOwnColors) => ({
  light: { width: 1_280, height: 900, audited: hasOwnColors ? {} : undefined },
  dark: {
    width: 1_280,
    height: 900,
    dark: true,
    audited: hasOwnColors ? { runOnly: [CONTRAST] } : undefined,
  },
  print: { width: 718, height: 1_000, print: true },
  narrow: { width: 360, height: 740, audited: BUT_CONTRAST },
});

/** How wide the page is, and what of it is outside although nothing beside it can be moved. */
const SEEN = `(() => {
  const outside = [...document.querySelectorAll('main *, header *, footer *')].filter((one) => {
    if (one.closest('.w, svg, caption')) return false;
    return one.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  });
  return {
    width: document.documentElement.scrollWidth,
    tables: document.querySelectorAll('table').length,
    outside: outside.map((one) => one.outerHTML.slice(0, 120)),
  };
})()`;

if (!hasChromium()) process.stdout.write('skipped: chromium is not installed\n');
else {
  const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-browser-'));
  const chromium = openChromium();
  try {
    await check(chromium, demoReport(folder, 7), looks(true));
    await check(chromium, await hostileReport(folder), looks(false));
  } finally {
    await chromium.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function check(chromium, path, looks) {
  const name = basename(path, '.html');
  const url = pathToFileURL(path).href;
  const axe = axeSource();
  for (const [look, { audited, ...settings }] of Object.entries(looks)) {
    const page = await chromium.page();
    await page.look(settings);
    await page.open(url);
    const { width, tables } = await page.value(SEEN);
    if (PICTURES) {
      writeFileSync(join(PICTURES, `${name}-${look}.png`), await page.picture({ whole: true }));
      if (settings.print) writeFileSync(join(PICTURES, `${name}.pdf`), await page.pdf());
    }
    // With everything unfolded too: what is wide is in there.
    await page.value(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
    const unfolded = await page.value(SEEN);
    assert.ok(tables > 10, `${name}, ${look}: ${tables} tables`);
    for (const seen of [width, unfolded.width])
      assert.ok(seen <= settings.width, `${name}, ${look}: ${seen} px wide, of ${settings.width}`);
    assert.deepEqual(unfolded.outside, [], `${name}, ${look}: outside of the page`);
    assert.deepEqual(page.said, [], `${name}, ${look}: said on the console`);
    assert.deepEqual(page.requested, [url], `${name}, ${look}: asked for`);
    const found = axe && audited ? await page.value(`${axe};(${audit})(${JSON.stringify(audited)})`) : [];
    assert.deepEqual(found, [], `${name}, ${look}: not accessible`);
  }
  process.stdout.write(
    `${name}: Chromium shows it light, dark, printed and at 360 px, and asks nobody for anything${axe ? '; axe-core finds nothing serious' : '; skipped: axe-core is not there'}\n`,
  );
}

async function audit(audited) {
  const { violations } = await globalThis.axe.run(document, { ...audited, resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.length} times, first ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`,
    );
}

function axeSource() {
  if (READERS === undefined) return undefined;
  const require = createRequire(join(resolve(READERS), 'package.json'));
  return readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
}
