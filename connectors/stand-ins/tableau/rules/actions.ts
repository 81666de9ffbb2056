import type { Cell, ReadTable, TableRow } from './parquet-table.js';
import { Refused } from './refused.js';

/** What the one table of a data source is called, and that of a payload. */
const TABLE = 'Extract';
const ACTIONS = ['insert', 'update', 'upsert', 'replace', 'delete'];
const COMPARISONS = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'];

type Words = Readonly<Record<string, unknown>>;

/** The actions of a body, each of a form that is documented. */
export function actionsIn(body: Buffer): readonly Words[] {
  const { actions } = objectOf(parsed(body));
  if (!Array.isArray(actions) || actions.length === 0) throw invalid('it has no actions');
  return actions.map((one) => {
    const action = objectOf(one);
    if (!ACTIONS.includes(String(action.action))) throw invalid(`there is no action ${action.action}`);
    return action;
  });
}

/**
 * What is there after the actions, one after the other. Throws what is wrong with one of them: nothing of any is then
 * done.
 *
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_how_to_update_data_to_hyper.htm
 */
export function afterActions(
  actions: readonly Words[],
  before: ReadTable,
  payload: ReadTable | undefined,
): readonly TableRow[] {
  let rows = before.rows;
  for (const action of actions) {
    if (action['target-table'] !== TABLE) throw new Error(`there is no table ${action['target-table']}`);
    if (action.action === 'delete') {
      const { condition } = action;
      rows = rows.filter((row) => !holds(objectOf(condition), row, before));
      continue;
    }
    if (payload === undefined || action['source-table'] !== TABLE)
      throw new Error(`there is no source table ${action['source-table']}`);
    const unknown = payload.columns.find((column) => !before.columns.includes(column));
    if (unknown !== undefined) throw new Error(`the target has no column ${unknown}`);
    if (action.action === 'insert') rows = [...rows, ...payload.rows];
    else if (action.action === 'replace') rows = payload.rows;
    else throw new Error(`${action.action} is not done here`);
  }
  return rows;
}

function holds(condition: Words, row: TableRow, table: ReadTable): boolean {
  const { op, args } = condition;
  if (op === 'and') return listOf(args).every((one) => holds(objectOf(one), row, table));
  if (op === 'or') return listOf(args).some((one) => holds(objectOf(one), row, table));
  const column = String(condition['target-col']);
  if (!table.columns.some((one) => one.split(' ')[0] === column)) throw new Error(`no column ${column}`);
  if (!COMPARISONS.includes(String(op))) throw new Error(`there is no op ${op}`);
  const { type, v } = objectOf(condition.const);
  const [left, right] = comparable(row[column] ?? null, type, v);
  if (left === null || right === null) return false;
  const order = left < right ? -1 : left > right ? 1 : 0;
  return {
    eq: order === 0,
    neq: order !== 0,
    gt: order > 0,
    gte: order >= 0,
    lt: order < 0,
    lte: order <= 0,
  }[String(op)] as boolean; // safe: it is one of the comparisons
}

/** A date is its midnight where it is held against a moment. */
function comparable(cell: Cell, type: unknown, v: unknown): readonly [Cell, Cell] {
  if (type === 'datetime') return [cell === null ? null : Date.parse(String(cell)), Date.parse(String(v))];
  if (type === 'string' && typeof v === 'string') return [cell, v];
  throw new Error(`a constant of the type ${type} is not compared here`);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('it is no JSON');
  }
}

function invalid(why: string): Refused {
  return new Refused('400000', 'Bad Request', `The payload is malformed: ${why}`);
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Error('a condition without its arguments');
  return value;
}

function objectOf(value: unknown): Words {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Words) : {};
}
