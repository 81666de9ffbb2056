import { configJsonSchemaText } from '../../config/settings/json-schema.js';
import type { CliContext } from '../cli-context.js';

export async function schema(_options: unknown, { screen }: CliContext): Promise<number> {
  screen.result(configJsonSchemaText());
  return 0;
}
