/** What JSON may hold and databases refuse: U+0000 and halves of surrogate pairs. */
const REFUSED = /[\0\p{Surrogate}]/gu;

/** A text that every reader of JSON takes: what some refuse, and the whole file with it, becomes U+FFFD. */
export function storableText(text: string): string {
  return text.replace(REFUSED, '\uFFFD');
}
