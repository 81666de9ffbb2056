import { isJsonObject, type Json, type JsonObject } from '../../../src/text/json-object.js';
import { mapTexts, textsIn } from '../../../src/text/json-texts.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { tablesIn } from './available-tables.js';
import dashboard from './dashboard.json' with { type: 'json' };
import { DASHBOARD_TAG, QUEUE_SCHEMA, SCHEMA } from './identity.js';
import { queueOverview, readsQueue } from './queue-overview.js';

/** The file as it is, for the schema `deepgram`. */
export const dashboardFile: JsonObject = dashboard;

/** What the dashboard reads. */
export interface ShownSchemas {
  /** Of the sink. */
  readonly schema: string;
  /** Of the queue of workers; undefined where there is none, or none that can be asked. */
  readonly queue: string | undefined;
}

/**
 * The dashboard for tables of a schema, with the version of the program that has brought it among its tags. What reads a
 * queue is left out where there is none, and a row that is empty then.
 *
 * @param isThere false for tables that are not there: what reads one is left out, too
 */
export function dashboardAsset(
  { schema, queue }: ShownSchemas,
  version: string,
  isThere: (table: string) => boolean = () => true,
): JsonObject {
  const shown = dashboard.panels.filter(
    (panel) =>
      lackedBy(panel, isThere).length === 0 &&
      (queue !== undefined || !queriesOf(panel).some((sql) => readsQueue(sql, QUEUE_SCHEMA))),
  );
  const panels = shown.filter((panel, at) => panel.type !== 'row' || isPanel(shown[at + 1]));
  return {
    ...mapTexts({ ...dashboardFile, panels }, inSchemas({ schema, queue })),
    tags: [...dashboard.tags, `${DASHBOARD_TAG} ${version}`],
  };
}

/** Titles of the panels that are left out. */
export function panelsWithout(isThere: (table: string) => boolean): readonly string[] {
  return dashboard.panels.filter((panel) => lackedBy(panel, isThere).length > 0).map(({ title }) => title);
}

/** The id of a panel, by its title. */
export function panelId(title: string): number {
  const panel = dashboard.panels.find((one) => one.title === title);
  if (panel === undefined) throw new Error(`the dashboard has no panel ${title}`);
  return panel.id;
}

function lackedBy(panel: Json, isThere: (table: string) => boolean): readonly string[] {
  return queriesOf(panel)
    .flatMap((sql) => tablesIn(sql, SCHEMA))
    .filter((table) => !isThere(table));
}

function queriesOf(panel: Json): readonly string[] {
  return [...textsIn(panel)].flatMap(([text, name]) => (name === 'rawSql' ? [text] : []));
}

function isPanel(panel: Json | undefined): boolean {
  return isJsonObject(panel) && panel.type !== 'row';
}

function inSchemas({ schema, queue = QUEUE_SCHEMA }: ShownSchemas): (text: string) => string {
  return (text) =>
    text
      .replaceAll(`${identifier(SCHEMA)}.`, () => `${identifier(schema)}.`)
      .replaceAll(queueOverview(QUEUE_SCHEMA), () => queueOverview(queue));
}
