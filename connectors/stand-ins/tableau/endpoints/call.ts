import type { Site } from '../account/site.js';

/** A call whose session has been looked at. */
export interface Call {
  readonly method: string;
  /** What the pattern of its path captures, decoded. */
  readonly captured: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly site: Site;
  readonly userId: string;
}

export interface Answer {
  readonly status: number;
  /** XML within `tsResponse`. */
  readonly xml: string;
}

export interface Endpoint {
  /** `GET`, and what stands after `/sites/<id>`. */
  readonly method: string;
  readonly pattern: RegExp;
  answer(call: Call): Promise<Answer> | Answer;
}

export function ok(xml: string, status = 200): Answer {
  return { status, xml };
}

export function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The value of an attribute in what was sent. */
export function attributeIn(xml: string, element: string, name: string): string | undefined {
  const tag = new RegExp(`<${element}\\b[^>]*>`).exec(xml)?.[0] ?? '';
  return new RegExp(`\\b${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity) => {
      return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[entity as string] ?? '';
    });
}

const MOST_A_PAGE = 1_000;

/** One page of what a filter such as `name:eq:Sales` leaves. */
export function page<Item extends { readonly name: string }>(
  { query }: Call,
  all: readonly Item[],
  element: string,
  xmlOf: (item: Item) => string,
): Answer {
  const wanted = /(?:^|,)name:eq:([^,]*)/.exec(query.get('filter') ?? '')?.[1];
  const found = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  const size = Math.min(MOST_A_PAGE, Number(query.get('pageSize') ?? 100));
  const number = Number(query.get('pageNumber') ?? 1);
  const some = found.slice((number - 1) * size, number * size);
  const pagination = attributes({ pageNumber: number, pageSize: size, totalAvailable: found.length });
  return ok(`<pagination${pagination} /><${element}>${some.map(xmlOf).join('')}</${element}>`);
}
