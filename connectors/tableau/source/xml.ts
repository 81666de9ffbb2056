/** An element, as it is put together before it is written. */
export interface XmlElement {
  readonly name: string;
  /** Those that are undefined are left out. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** Elements, or one text. */
  readonly children: readonly XmlElement[] | string;
}

export function element(
  name: string,
  attributes: XmlElement['attributes'] = {},
  children: XmlElement['children'] = [],
): XmlElement {
  return { name, attributes, children };
}

/** A document of Tableau's, an element a line. What XML cannot hold becomes U+FFFD. */
export function xmlDocument({ name, attributes, children }: XmlElement): string {
  const root = element(name, { ...attributes, 'xmlns:user': USER }, children);
  const lines = ["<?xml version='1.0' encoding='utf-8' ?>"];
  write(root, '', lines);
  return `${lines.join('\n')}\n`;
}

/** The namespace that Tableau's documents declare. */
const USER = 'http://www.tableausoftware.com/xml/user';

function write({ name, attributes, children }: XmlElement, indent: string, lines: string[]): void {
  let start = `${indent}<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) start += ` ${key}='${escaped(value)}'`;
  }
  if (children.length === 0) lines.push(`${start} />`);
  else if (typeof children === 'string') lines.push(`${start}>${escaped(children)}</${name}>`);
  else {
    lines.push(`${start}>`);
    for (const child of children) write(child, `${indent}  `, lines);
    lines.push(`${indent}</${name}>`);
  }
}

const SPECIAL = /[&<>'"\t\n\r]|[^ -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** As text and as the value of an attribute, where line breaks would become spaces otherwise. */
function escaped(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES.get(character) ?? '\uFFFD');
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&apos;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);
