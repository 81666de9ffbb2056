import type { ExportError } from '../../../src/errors/export-error.js';
import { calledAs } from '../../../src/text/called-as.js';
import { type Day, dayAt } from '../../../src/time/day.js';
import { projectCall, type Scope } from '../api/deepgram-api.js';
import { arrayOf, type Json, objectOf, textOf } from '../api/tolerant-json.js';
import { listedKeys, listedModels } from './account-rows.js';
import type { FieldCalls } from './field-calls.js';
import { type DayNames, dayNames } from './names/day-names.js';
import { type DayRange, type NamedList, namedList } from './names/named-list.js';
import { rememberedList } from './names/remembered-list.js';
import type { ProjectIdentity, ProjectIdentityOptions } from './project-identity.js';
import type { UnnamedKeys } from './unnamed-keys.js';

/** What things are called, by their ids; undefined for an id that nobody knows. */
export interface Names {
  model(id: string): string | undefined;
  apiKey(id: string): string | undefined;
  lineItem(id: string): string | undefined;
}

/** The kinds of things that have names. */
export type Named = 'models' | 'apiKeys' | 'lineItems';

export interface DirectoryOptions extends ProjectIdentityOptions {
  readonly identity: ProjectIdentity;
  readonly fields: FieldCalls;
}

export type ProjectDirectory = ReturnType<typeof projectDirectory>;

/**
 * What a project knows about itself and barely changes: its keys, its models, the names of its line items. They are
 * remembered between runs, asked for when that is an hour old, and whenever records name something new.
 */
export function projectDirectory({
  api,
  fields,
  project,
  identity,
  memory,
  findings,
  now,
}: DirectoryOptions) {
  const context = { project, findings, now, onUnreadable: () => {} };
  const get = (
    what: string,
    scope: Scope,
    path: readonly string[],
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => api.get(projectCall(project, `read ${what}`, scope, path, parameters), signal);
  const fieldsOf = (kind: 'usage' | 'billing') => (days: DayRange, signal: AbortSignal) =>
    fields.read(project, kind, days, signal);
  const [usageFields, billingFields] = [fieldsOf('usage'), fieldsOf('billing')];

  const keyList = rememberedList(memory.get('apiKeys'), (list) => memory.set('apiKeys', list), now);
  const modelList = rememberedList(memory.get('models'), (list) => memory.set('models', list), now);
  const itemList = rememberedList(memory.get('lineItems'), (list) => memory.set('lineItems', list), now);
  /** Personal data, so they are not remembered. */
  const emails = new Map<string, string | null>();

  const notTold = (what: string, error: ExportError, isForGood: boolean): void =>
    findings.warn(
      `No ${what} for project ${calledAs(project)}: ${error.message}` +
        (isForGood ? '' : ' Days with something that has no name yet are read again.'),
    );
  const apiKeys = namedList(
    keyList,
    [
      {
        what: 'API key names',
        byDays: false,
        ask: async (_days, signal) => {
          const keys = listedKeys(await get('the API keys', 'keys:read', ['keys'], {}, signal), context);
          for (const { api_key_id: id, member_email: email } of keys) emails.set(id, email);
          keyList.read(
            keys.map(({ project_id: _, api_key_id: id, member_email: __, ...details }) => ({
              id,
              name: details.name,
              details,
            })),
          );
        },
      },
    ],
    notTold,
  );
  const models = namedList(
    modelList,
    [
      {
        what: 'model names',
        byDays: false,
        ask: async (_days, signal) => {
          // Outdated ones too: old requests used them.
          const all = { include_outdated: 'true' };
          const found = listedModels(
            await get('the models', 'project:read', ['models'], all, signal),
            context,
          );
          modelList.read(
            found.map(({ project_id: _, model_id: id, ...details }) => ({
              id,
              name: details.canonical_name ?? details.name,
              details,
            })),
          );
        },
      },
      {
        // Models that served this project and may be listed nowhere any more.
        what: 'names of models used',
        byDays: true,
        ask: async (days, signal) => modelList.told((await usageFields(days, signal)).flatMap(modelsIn)),
      },
    ],
    notTold,
  );
  const lineItems = namedList(
    itemList,
    [
      {
        what: 'line item names',
        byDays: true,
        ask: async (days, signal) => {
          const found = (await billingFields(days, signal)).map(
            (answer) => objectOf(answer.line_items) ?? {},
          );
          const items = new Map(found.flatMap(Object.entries<unknown>));
          itemList.read([...items].map(([id, name]) => ({ id, name: textOf(name) })));
        },
      },
    ],
    notTold,
  );
  const lists: Readonly<Record<Named, NamedList>> = { models, apiKeys, lineItems };

  return {
    usageFields,
    billingFields,
    apiKeys: {
      ...apiKeys,
      all: keyList.all,
      told: keyList.told,
      /** Of a key that this run has found listed. */
      emailOf: (id: string): string | null => emails.get(id) ?? null,
    },
    models: { ...models, all: modelList.all },
    /** Sees to it that these names are of this hour. What cannot be had costs no more than the names. */
    prepare: async (kinds: readonly Named[], days: DayRange, signal: AbortSignal): Promise<void> => {
      await Promise.all(kinds.map((kind) => lists[kind].prepare(days, signal)));
    },
    /** Asks for the names of what these days name, where they are not known. */
    find: async (
      ids: Readonly<Record<Named, ReadonlySet<string>>>,
      days: DayRange,
      signal: AbortSignal,
    ): Promise<void> => {
      await Promise.all(KINDS.map((kind) => lists[kind].find(ids[kind], days, signal)));
    },
    /** The names of a day, for one reading of it. */
    names: (day: Day): DayNames => dayNames(day, identity.projectOn(day).name, lists),
    /** How many keys that were used have no name, where their list could be read: told once a day. */
    unnamedKeysToTell: (): UnnamedKeys | undefined => {
      const { of = 0, count = 0 } = apiKeys.unknown() ?? {};
      const today = dayAt(now);
      if (count === 0 || memory.get('saidUnnamedKeys') === today) return undefined;
      memory.set('saidUnnamedKeys', today);
      return { project, of, count };
    },
  };
}

const KINDS = ['models', 'apiKeys', 'lineItems'] as const satisfies readonly Named[];

/** The models of `usage/fields`, which says little more of them than their names. */
function modelsIn(fields: Json) {
  return arrayOf(fields.models).flatMap((raw) => {
    const model = objectOf(raw) ?? {};
    const id = textOf(model.model_id);
    const details = {
      name: textOf(model.name),
      canonical_name: textOf(model.canonical_name),
      kind: null,
      languages: null,
      version: textOf(model.version),
    };
    return id === null ? [] : [{ id, name: details.canonical_name ?? details.name, details }];
  });
}
