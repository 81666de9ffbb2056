import { elementOf, elementsOf, type XmlElement } from '../../../src/http/xml-answer.js';
import type { TableauSession } from './session.js';

const PAGE_SIZE = 1_000;

/**
 * Everything of a kind that the token may see, page by page.
 *
 * @param path of the list, with its query if it has one
 * @param name of one element in it
 */
export async function allPages(
  session: TableauSession,
  { path, name, what }: { readonly path: string; readonly name: string; readonly what: string },
  signal: AbortSignal,
): Promise<readonly XmlElement[]> {
  const all: XmlElement[] = [];
  for (let number = 1; ; number += 1) {
    const page = await session.call({
      path: `${path}${path.includes('?') ? '&' : '?'}pageSize=${PAGE_SIZE}&pageNumber=${number}`,
      what,
      signal,
      read: (answer) => ({
        total: Number(elementOf(answer, 'pagination').getAttribute('totalAvailable')),
        elements: elementsOf(answer, name),
      }),
    });
    all.push(...page.elements);
    if (page.elements.length === 0 || !(all.length < page.total)) return all;
  }
}
