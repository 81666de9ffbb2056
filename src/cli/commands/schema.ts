import type { CliContext } from '../../catalogue/cli-context.js';
import { configJsonSchemaText } from '../../config/settings/json-schema.js';

export async function schema(_options: unknown, { catalogue, screen }: CliContext): Promise<number> {
  screen.result(configJsonSchemaText(await catalogue.connectors()));
  return 0;
}
