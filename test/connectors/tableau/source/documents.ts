import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { billingGroupings } from '../../../../connectors/deepgram/streams/billing.js';
import { selectStreams } from '../../../../connectors/deepgram/streams/select-streams.js';
import { usageGroupings } from '../../../../connectors/deepgram/streams/usage.js';
import { boolean, date, real, required, text, timestamp } from '../../../../src/streams/column.js';
import { defineStream, type Stream } from '../../../../src/streams/stream.js';

/** Every stream that there is. */
export const EVERYTHING: readonly Stream[] = selectStreams({
  requests: {},
  usage: { group_by: usageGroupings },
  billing: { group_by: [...billingGroupings, ['line_item', 'tags']] },
  balances: {},
  purchases: {},
  projects: {},
  api_keys: { include_emails: true, details: true },
  members: {},
  models: {},
  reconciliation: {},
});

/** What a source of somebody else may be called, and say of itself. */
export const HOSTILE: Stream = defineStream({
  source: 'other',
  kind: 'a "kind" of [their] own]]',
  name: `it's "a" [table]] \u202Eelbat <b>&amp;`,
  description: 'a description with \u0000, \uD800 and ]]>',
  partitionedBy: 'day',
  key: ['project_id', 'date'],
  columns: {
    project_id: required(text('"quoted" and \'quoted\'')),
    date: required(date('a day\nand a line break')),
    'a]b': text('ends [early]'),
    'a]]b': real('ends [early]] too', 'dollar'),
    '[x].[y]': boolean('looks qualified'),
    constructor: timestamp('a name that objects have'),
    'עברית \u202E\u0007': text('<script>alert(1)</script>'),
  },
});

/** A document as an independent reader sees it. */
export class TableauDocument {
  readonly text: string;
  readonly root: Element;

  constructor(text: string) {
    this.text = text;
    const { documentElement } = new DOMParser({
      onError: (level, message) => {
        if (level === 'warning') return;
        throw new Error(`${level}: ${message}`);
      },
    }).parseFromString(text, 'application/xml');
    if (documentElement === null) throw new Error('There is no document.');
    this.root = documentElement;
  }

  static async read(folder: string, name = 'deepgram.tds'): Promise<TableauDocument> {
    return new TableauDocument(await readFile(join(folder, name), 'utf8'));
  }

  /** The attributes of the elements at the end of a path of names. */
  at(...path: readonly string[]): Readonly<Record<string, string>>[] {
    return this.elements(...path).map(attributesOf);
  }

  elements(...path: readonly string[]): Element[] {
    return path.reduce((found, name) => found.flatMap((one) => childrenOf(one, name)), [this.root]);
  }

  /** Of a data source: attributes of its columns by their names. */
  get columns(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return new Map(this.at('column').map((column) => [column.name ?? '', column]));
  }

  /** The tables in the order of the relations, without the ends of their files. */
  get tables(): readonly string[] {
    const relations = [
      ...this.at('connection', 'relation', 'relation'),
      ...this.at('connection', 'relation').filter(({ type }) => type !== 'collection'),
    ];
    return relations.map(({ name = '' }) => name.replace(/\.csv$/, ''));
  }

  /** `requests[project_id, api_key_id] = api_keys[project_id, api_key_id]!`; `!` stands behind the one with one row at most. */
  get relationships(): readonly string[] {
    const captions = new Map(
      this.at('object-graph', 'objects', 'object').map(({ id, caption }) => [id, caption]),
    );
    return this.elements('object-graph', 'relationships', 'relationship').map((relationship) => {
      const [whole] = childrenOf(relationship, 'expression');
      if (whole === undefined) throw new Error('There is no expression.');
      const all = whole.getAttribute('op') === 'AND' ? childrenOf(whole, 'expression') : [whole];
      const sides = all.map((equal) => childrenOf(equal, 'expression').map((side) => this.#column(side)));
      const ends = ['first-end-point', 'second-end-point'].map((name, at) => {
        const [end] = childrenOf(relationship, name).map(attributesOf);
        const columns = sides.map((pair) => pair[at]).join(', ');
        return `${captions.get(end?.['object-id'] ?? '')}[${columns}]${end?.['unique-key'] === 'true' ? '!' : ''}`;
      });
      return ends.join(' = ');
    });
  }

  /** What is read for a field. */
  #column(side: Element): string {
    const name = side.getAttribute('op') ?? '';
    const record = this.elements('connection', 'metadata-records', 'metadata-record').find(
      (one) => childrenOf(one, 'local-name')[0]?.textContent === name,
    );
    return record ? (childrenOf(record, 'remote-name')[0]?.textContent ?? '') : `no such field: ${name}`;
  }
}

export function childrenOf(element: Element, name: string): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeName === name);
}

function attributesOf(element: Element): Record<string, string> {
  return Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
}
