import { type Content, html } from './html.js';
import { style } from './style.js';

/** A page, whole: it asks nobody for anything, and runs nothing. @param at when it is written, in words */
export function documentOf(title: string, body: Content, at: string): string {
  return html`<!doctype html>
<html lang=en><head><meta charset=utf-8>
<meta http-equiv=Content-Security-Policy content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name=viewport content="width=device-width,initial-scale=1"><meta name=color-scheme content="light dark">
<meta name=referrer content=no-referrer><title>${title}</title>${style}</head>
<body>${body}<footer>Written by deepgram-export on ${at}. All times and days are UTC.</footer></body></html>
`.markup;
}
