import type { Secret } from './secret.js';

/** Replaces every known secret in a text that is about to leave the process. */
export type Mask = (text: string) => string;

/** Shorter texts would blank out ordinary words, and are no keys of anything we talk to. */
const SHORTEST = 6;
/** A word or a number, as a server of one's own may have for a key; from {@link NO_WORD} characters on it is none. */
const WORD = /^(?:[A-Z]?[a-z]+|[A-Z]+|[\d-]+)$/;
const NO_WORD = 16;

/**
 * A mask for these secrets in the forms they travel in: raw, percent-encoded once and twice, base64 (also inside a
 * longer base64 text, at each of its three alignments) and JSON-escaped. The longest form goes first, so that a
 * secret that contains another one leaves nothing behind. One that is an ordinary word is left alone: it is a part of
 * what we say ourselves, of names, days and paths, and what is missing there would tell it.
 */
export function maskFor(secrets: Iterable<Secret>): Mask {
  const isKey = (text: string) => text.length >= NO_WORD || !WORD.test(text);
  return maskOf([...secrets].map((secret) => secret.reveal()).filter(isKey));
}

/** The same for what others say, which may repeat a secret that is a word, too. */
export function strictMaskFor(secrets: Iterable<Secret>): Mask {
  return maskOf([...secrets].map((secret) => secret.reveal()));
}

function maskOf(texts: readonly string[]): Mask {
  const forms = new Set<string>();
  for (const text of new Set(texts)) {
    if (text.length < SHORTEST) continue;
    for (const form of [text, ...percentForms(text), ...jsonForms(text), ...base64Forms(text)]) {
      if (form.length >= SHORTEST) forms.add(form);
    }
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '[REDACTED]'), text);
}

/** As in a path and as in a form, with hex digits in either case; and once more. */
function percentForms(text: string): string[] {
  const inForm = new URLSearchParams({ '': text }).toString().slice(1);
  const inPath = encodeURIComponent(text);
  return [inPath, inForm, encodeURIComponent(inPath)].flatMap((form) => [
    form,
    form.replaceAll(/%../g, (byte) => byte.toLowerCase()),
  ]);
}

/** Slashes may be escaped or not. */
function jsonForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [json, json.replaceAll('/', '\\/')];
}

function base64Forms(text: string): string[] {
  const forms: string[] = [];
  for (const lead of [0, 1, 2]) {
    const bytes = Buffer.concat([Buffer.alloc(lead), Buffer.from(text)]);
    const whole = bytes.length - (bytes.length % 3);
    // Only the characters that depend on the secret alone: the first and last group may mix in neighbours.
    const inner = bytes
      .subarray(0, whole)
      .toString('base64')
      .slice(lead === 0 ? 0 : 4);
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
    if (lead === 0) forms.push(bytes.toString('base64'));
  }
  return forms;
}
