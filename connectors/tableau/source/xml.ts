import { DOMImplementation, XMLSerializer } from '@xmldom/xmldom';

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

/** The namespace that Tableau's documents declare. */
const USER = 'http://www.tableausoftware.com/xml/user';

/** A document of Tableau's: UTF-8, an element a line. What XML cannot hold becomes U+FFFD. */
export function xmlDocument(root: XmlElement): string {
  const document = new DOMImplementation().createDocument(null, root.name);
  const { documentElement } = document;
  if (documentElement === null) throw new TypeError(`${root.name} is no name of an element`);
  documentElement.setAttributeNS('http://www.w3.org/2000/xmlns/', 'xmlns:user', USER);
  fill(document, documentElement, root, 1);
  return `<?xml version='1.0' encoding='utf-8'?>\n${new XMLSerializer().serializeToString(document)}\n`;
}

type XmlDocument = ReturnType<DOMImplementation['createDocument']>;
type Node = NonNullable<XmlDocument['documentElement']>;

function fill(document: XmlDocument, node: Node, { attributes, children }: XmlElement, depth: number): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (name.startsWith('user:')) node.setAttributeNS(USER, name, valid(value));
    else node.setAttribute(name, valid(value));
  }
  if (typeof children === 'string') {
    node.appendChild(document.createTextNode(valid(children)));
    return;
  }
  for (const child of children) {
    node.appendChild(document.createTextNode(`\n${'  '.repeat(depth)}`));
    const made = document.createElement(child.name);
    fill(document, made, child, depth + 1);
    node.appendChild(made);
  }
  if (children.length > 0) node.appendChild(document.createTextNode(`\n${'  '.repeat(depth - 1)}`));
}

/** @see https://www.w3.org/TR/xml/#charsets */
const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function valid(text: string): string {
  return text.replace(NO_CHARACTER, '\uFFFD');
}
