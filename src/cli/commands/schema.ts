import { configJsonSchemaText } from '../../config/settings/json-schema.js';
import type { Surroundings } from '../cli-context.js';

export async function schema(_options: unknown, { screen }: Surroundings): Promise<number> {
  screen.result(configJsonSchemaText());
  return 0;
}
