import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** For what is compiled or loaded once, on a machine that is busy with other things. In milliseconds. */
export const SETUP_MS = 120_000;

/** Schemas by the names that the vendor gives them. */
export interface Contract {
  readonly name: string;
  /** False where the published document is not beside the repository. */
  readonly present: boolean;
  /**
   * What a value has against a schema, unknown properties included, each once; places in lists are written `*`. Empty: it
   * fits.
   * A schema is compiled when it is first asked for, with those that it refers to and no others.
   */
  errorsOf(schema: string, value: unknown): readonly string[];
}

type Schemas = Readonly<Record<string, object>>;

/** One of the schemas in this folder. They are always there. */
export function ownContract(name: string): Contract {
  const file = new URL(`${name}.schema.json`, import.meta.url);
  const document = () => JSON.parse(readFileSync(file, 'utf8'));
  return { name: 'our own schema', present: true, errorsOf: checker(document, '$defs', true) };
}

/** A document that the vendor publishes, in the folder of contracts beside the repository. */
export function publishedContract(name: string): Contract {
  const file = new URL(`../../../shared/contract/${name}`, import.meta.url);
  const present = existsSync(file);
  if (!present) {
    process.stdout.write(`Skipped: ${name} is not beside the repository, in ../shared/contract.\n`);
  }
  const document = () => {
    const { components } = parseDocument(readFileSync(file, 'utf8'));
    return { components: { schemas: closed(components.schemas) } };
  };
  return { name: 'the published schema', present, errorsOf: checker(document, 'components/schemas', false) };
}

function checker(document: () => object, path: string, strict: boolean): Contract['errorsOf'] {
  let ajv: Ajv2020 | undefined;
  return (schema, value) => {
    if (ajv === undefined) {
      ajv = new Ajv2020({ strict, allErrors: true, allowUnionTypes: true, strictRequired: false });
      addFormats.default(ajv);
      ajv.addSchema(document(), 'contract');
    }
    const validate = ajv.getSchema(`contract#/${path}/${schema}`);
    if (validate === undefined) throw new Error(`There is no schema ${schema}.`);
    return validate(value) ? [] : [...new Set((validate.errors ?? []).map(textOf))];
  };
}

function parseDocument(text: string): { readonly components: { readonly schemas: Schemas } } {
  return text.startsWith('{') ? JSON.parse(text, withoutBareNullable) : parse(text);
}

/** Ajv wants a `type` beside `nullable`; some of Datadog's have none. */
function withoutBareNullable(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value;
  const { nullable: __, ...rest } = value;
  return rest;
}

/** The documents leave nearly every object open, and so would let any misspelt name pass. */
function closed(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const describes = 'properties' in schema && Object.keys(Object(schema.properties)).length > 0;
      return [name, describes ? { additionalProperties: false, ...schema } : schema];
    }),
  );
}

function textOf({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty: name } = params as { additionalProperty?: string }; // of that keyword
  return `${instancePath.replaceAll(/\/\d+/g, '/*')} ${message}${name === undefined ? '' : `: ${name}`}`;
}
