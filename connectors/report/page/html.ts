/** Markup: what was written here, and text from elsewhere that cannot be taken for it. Only {@link html} makes it. */
class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type { Html };

/** What may stand within markup: text is escaped, nothing is nothing. */
export type Content = Html | string | number | undefined | readonly Content[];

/**
 * Markup with text in it, in elements and in quoted attributes alike: whatever comes from elsewhere is text.
 *
 * @example html`<td title="${name}">${name}</td>`
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let markup = parts[0] ?? '';
  for (const [at, content] of contents.entries()) markup += markupOf(content) + (parts[at + 1] ?? '');
  return new Html(markup);
}

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  if (content instanceof Html) return content.markup;
  return content.map(markupOf).join('');
}

/** Also without what no HTML may hold, and without marks that would turn the direction of what comes after. */
function escaped(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\uFFFD');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const SPECIAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[&<>"'\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
