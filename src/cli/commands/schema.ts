import { configJsonSchemaText } from '../../config/json-schema.js';
import type { Surroundings } from '../surroundings.js';

export async function schema(_options: unknown, { screen }: Surroundings): Promise<number> {
  screen.result(configJsonSchemaText());
  return 0;
}
