import { DOMParser, type Element } from '@xmldom/xmldom';
import type { HttpAnswer } from '../../../src/http/http-client.js';

/** An element of an answer: what Tableau says is in attributes. */
export type XmlElement = Element;

/** What stands in an answer; throws where it is no XML. */
export function xmlIn({ body }: HttpAnswer): XmlElement {
  const fail = (level: string, message: string) => {
    if (level !== 'warning') throw new Error(`it is no XML: ${message}`);
  };
  const { documentElement } = new DOMParser({ onError: fail }).parseFromString(
    body.toString('utf8'),
    'text/xml',
  );
  if (documentElement === null) throw new Error('it is no XML');
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

/** Throws where the attribute is not there, or empty. */
export function attributeOf(element: XmlElement, name: string): string {
  const value = element.getAttribute(name) ?? '';
  if (value === '') throw new Error(`${element.tagName} has no ${name}`);
  return value;
}

/** The text of the first element of this name; empty where there is none. */
export function textOf(parent: XmlElement, name: string): string {
  return elementsOf(parent, name)[0]?.textContent?.trim() ?? '';
}

/** `<name a="1">…</name>`: the values escaped, what is within as it is. */
export function xmlElement(name: string, attributes: Readonly<Record<string, string>>, within = ''): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${pairs.join('')}>${within}</${name}>`;
}

/** A request as Tableau takes it. */
export function xmlRequest(within: string): Buffer {
  return Buffer.from(xmlElement('tsRequest', {}, within));
}

function escaped(value: string): string {
  return value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
