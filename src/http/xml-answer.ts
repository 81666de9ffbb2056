import { DOMParser, type Element } from '@xmldom/xmldom';
import type { HttpAnswer } from './http-client.js';

/** An element of an answer. */
export type XmlElement = Element;

/** What stands in an answer; throws where it is no XML, and where it would define what other XML means. */
export function xmlIn({ body }: Pick<HttpAnswer, 'body'>): XmlElement {
  const fail = (level: string, message: string) => {
    if (level !== 'warning') throw new Error(`it is no XML: ${message}`);
  };
  const { documentElement, doctype } = new DOMParser({ onError: fail }).parseFromString(
    body.toString('utf8'),
    'text/xml',
  );
  if (documentElement === null || doctype !== null) throw new Error('it is no XML');
  return documentElement;
}

/** The elements of this name, at any depth. */
export function elementsOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return Array.from(parent.getElementsByTagName(name));
}

/** The first element of this name. Throws where there is none: an answer without it cannot be used. */
export function elementOf(parent: XmlElement, name: string): XmlElement {
  const [first] = elementsOf(parent, name);
  if (first === undefined) throw new Error(`it has no ${name}`);
  return first;
}

/** The text of the first element of this name; empty where there is none. */
export function textOf(parent: XmlElement, name: string): string {
  return elementsOf(parent, name)[0]?.textContent?.trim() ?? '';
}
