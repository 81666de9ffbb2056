import { configJsonSchemaText } from '../../config/settings/json-schema.js';
import type { CliContext } from '../cli-context.js';

export async function schema(_options: unknown, { catalogue, screen }: CliContext): Promise<number> {
  screen.result(configJsonSchemaText(catalogue));
  return 0;
}
