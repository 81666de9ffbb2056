import type { Secret } from './secret.js';

/** Replaces every known secret in a text that is about to leave the process. */
export type Mask = (text: string) => string;

/** Shorter texts would blank out ordinary words, and are no keys of anything we talk to. */
const SHORTEST = 6;

/**
 * A mask for these secrets in the forms they travel in: raw, percent-encoded, base64 (also inside a longer
 * base64 text, at each of its three alignments) and JSON-escaped. The longest form goes first, so that a
 * secret that contains another one leaves nothing behind.
 */
export function maskFor(secrets: Iterable<Secret>): Mask {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const text = secret.reveal();
    if (text.length < SHORTEST) continue;
    for (const form of [
      text,
      ...percentForms(text),
      JSON.stringify(text).slice(1, -1),
      ...base64Forms(text),
    ]) {
      if (form.length >= SHORTEST) forms.add(form);
    }
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '[REDACTED]'), text);
}

/** As in a path and as in a form, with hex digits in either case. */
function percentForms(text: string): string[] {
  const inForm = new URLSearchParams({ '': text }).toString().slice(1);
  return [encodeURIComponent(text), inForm].flatMap((form) => [
    form,
    form.replaceAll(/%../g, (byte) => byte.toLowerCase()),
  ]);
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
