import type { XmlElement } from '../../../src/http/xml-answer.js';

/** Throws where the attribute is not there, or empty. */
export function attributeOf(element: XmlElement, name: string): string {
  const value = element.getAttribute(name) ?? '';
  if (value === '') throw new Error(`${element.tagName} has no ${name}`);
  return value;
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
