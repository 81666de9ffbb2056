import { z } from 'zod';
import { configSchema } from './config-schema.js';

/** JSON Schema of the configuration file, for editors. It is draft 7, which YAML editors know. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return {
    title: 'deepgram-export',
    description: 'Configuration of deepgram-export, version 1',
    ...schema,
  };
}

/** The JSON Schema as the file in `config/` has it. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
