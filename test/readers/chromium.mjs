import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = 'chromium';

export function hasChromium() {
  return spawnSync(PROGRAM, ['--version']).error === undefined;
}

/**
 * Debian's Chromium without a window, told what to do by the DevTools protocol over a pipe. It may ask nobody for anything.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export function openChromium() {
  const profile = mkdtempSync(join(tmpdir(), 'deepgram-export-chromium-'));
  const child = spawn(
    PROGRAM,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--hide-scrollbars',
      '--disable-lcd-text',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [to, from] = [child.stdio[3], child.stdio[4]];
  const waiting = new Map();
  const listeners = new Set();
  ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended'));
  });
  let rest = '';
  from.setEncoding('utf8').on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (asked === undefined) for (const listener of listeners) listener(message);
      else if (message.error) asked.reject(new Error(message.error.message));
      else asked.resolve(message.result);
    }
  });
  let last = 0;
  const call = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  return {
    page: () => newPage(call, listeners),
    async close() {
      await call('Browser.close').catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function newPage(call, listeners) {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const ask = (method, params) => call(method, params, sessionId);
  const said = [];
  const requested = [];
  let onLoad = () => {};
  listeners.add(({ method, params, sessionId: of }) => {
    if (of !== sessionId) return;
    if (method === 'Page.loadEventFired') onLoad();
    if (method === 'Log.entryAdded') said.push(params.entry.text);
    if (method === 'Runtime.consoleAPICalled') said.push(JSON.stringify(params.args));
    if (method === 'Runtime.exceptionThrown') said.push(params.exceptionDetails.text);
    if (method === 'Network.requestWillBeSent') requested.push(params.request.url);
  });
  for (const domain of ['Page', 'Log', 'Runtime', 'Network']) await ask(`${domain}.enable`);
  return {
    /** What it said on its console, and what it asked for, the page itself included. */
    said,
    requested,
    async open(url) {
      const loaded = new Promise((resolve) => {
        onLoad = resolve;
      });
      await ask('Page.navigate', { url });
      await loaded;
    },
    /** @param {{ width: number, height: number, dark?: boolean, print?: boolean, scale?: number }} look */
    async look({ width, height, dark = false, print = false, scale = 1 }) {
      await ask('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: scale,
        mobile: false,
      });
      await ask('Emulation.setEmulatedMedia', {
        media: print ? 'print' : 'screen',
        features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
      });
    },
    /** The value of an expression, or of what it promises. */
    async value(expression) {
      const { result, exceptionDetails } = await ask('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    /** The PNG of what is seen, of an area, or of the whole page. */
    async picture({ whole = false, clip } = {}) {
      const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: whole, clip });
      return Buffer.from(data, 'base64');
    },
    async pdf() {
      const { data } = await ask('Page.printToPDF', { printBackground: true, preferCSSPageSize: true });
      return Buffer.from(data, 'base64');
    },
  };
}
