import { z } from 'zod';
import type { Connectors } from '../../catalogue/catalogue.js';
import { isFoundInVariable } from '../references/found-variables.js';
import {
  budgetSettings,
  everySink,
  everySource,
  FILE_STATE,
  fileStateSettings,
  sinkName,
  versionSetting,
} from './config-schema.js';
import { windowSettings } from './window.js';

/** JSON Schema of the configuration file, for editors. It is draft 7, which YAML editors know. */
export function configJsonSchema(connectors: Connectors): Readonly<Record<string, unknown>> {
  const schema = configSchema(connectors);
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      if (!(zodSchema instanceof z.ZodObject)) return;
      const { shape } = zodSchema;
      // Editors do not ask for what a variable of the environment may have.
      const required = jsonSchema.required?.filter((key) => !isFoundInVariable(shape[key]));
      if (required !== undefined) jsonSchema.required = required;
    },
  });
  return { title: 'deepgram-export', description: 'Configuration of deepgram-export, version 1', ...rest };
}

/** The JSON Schema as the file in `config/` has it. */
export function configJsonSchemaText(connectors: Connectors): string {
  return `${JSON.stringify(configJsonSchema(connectors), null, 2)}\n`;
}

/** Only to be looked at: a file is parsed part by part, since its source and sinks are found on the way. */
function configSchema({ sources, sinks, states = {} }: Connectors): z.ZodType {
  const sourceTypes = Object.entries(sources);
  return z.strictObject({
    version: versionSetting,
    source: oneOf(
      sourceTypes.map(([type, { settings }]) =>
        z
          .strictObject({
            type: z.literal(type).describe('Where the records come from'),
            ...everySource.shape,
            ...settings.shape,
          })
          .describe(settings.description ?? type),
      ),
    ),
    streams: oneOf(sourceTypes.map(([, { streams }]) => streams))
      .prefault({})
      .describe('What is read; a stream set to false is off'),
    window: windowSettings(),
    state: oneOf([
      z.strictObject({
        type: z.literal(FILE_STATE).default(FILE_STATE).describe('Where it is kept'),
        ...fileStateSettings.shape,
      }),
      ...Object.entries(states).map(([type, { settings }]) =>
        z.strictObject({ type: z.literal(type), ...settings.shape }),
      ),
    ])
      .prefault({})
      .describe('What the program remembers from run to run'),
    budget: budgetSettings.optional(),
    sinks: z
      .record(
        sinkName,
        oneOf([
          ...Object.entries(sinks).map(([type, { settings }]) =>
            z.strictObject({ ...settings?.shape, type: z.literal(type), ...everySink.shape }),
          ),
          z.looseObject({ type: z.string().regex(OTHER_TYPE).describe(OTHER_WORDS), ...everySink.shape }),
        ]),
      )
      .meta({ minProperties: 1 })
      .describe('Where the records go, by a name of your choice'),
  });
}

/**
 * What editors take for a sink of other people. Any name may be that of a package, and one that is misspelt is to be
 * marked all the same: only those that cannot be meant for one of ours are let through.
 */
const OTHER_TYPE = /^(\.{0,2}\/|@[^/]+\/|deepgram-export-)./;
const OTHER_WORDS =
  'A sink of your own: the path of a module from the folder of this file, such as ./my-sink.mjs, or the name of an installed package';

function oneOf(schemas: readonly z.ZodType[]): z.ZodType {
  const [only, ...others] = schemas;
  return only !== undefined && others.length === 0 ? only : z.union(schemas);
}
