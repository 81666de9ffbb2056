import type { Table } from '../tables/table.js';
import type { DerivedTable } from './derived-table.js';
import { errorsByMessage } from './errors-by-message.js';
import { requestsByDay } from './requests-by-day.js';

/** The tables that are made of one of these. */
export function derivedFrom(...tables: readonly Table[]): readonly DerivedTable[] {
  return [requestsByDay, errorsByMessage].filter(({ from }) => tables.some(({ name }) => name === from));
}
