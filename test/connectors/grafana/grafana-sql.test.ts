import { describe, expect, it } from 'vitest';
import { grafanaSql, type VariableValue } from '../../readers/grafana-sql.mjs';

const RANGE = { from: Date.parse('2026-10-21T12:00:00.250Z'), to: Date.parse('2026-11-20T12:00:00Z') };

describe('macros, as the PostgreSQL data source of Grafana expands them:', () => {
  it.each([
    ['$__time(date)', 'date AS "time"'],
    ['$__timeEpoch(at)', 'extract(epoch from at) as "time"'],
    ['$__timeFilter(at)', "at BETWEEN '2026-10-21T12:00:00.25Z' AND '2026-11-20T12:00:00Z'"],
    ['$__timeFrom()::date', "'2026-10-21T12:00:00.25Z'::date"],
    ['$__timeTo()', "'2026-11-20T12:00:00Z'"],
    ["$__timeGroup(at, '5m')", 'floor(extract(epoch from at)/300)*300'],
    ['$__timeGroup(at,1d) + 1', 'floor(extract(epoch from at)/86400)*86400 + 1'],
    ["$__timeGroup(at, '1h'), x", 'floor(extract(epoch from at)/3600)*3600 AS "time", x'],
    ["$__timeGroupAlias(at, '1h')", 'floor(extract(epoch from at)/3600)*3600 AS "time"'],
    ['$__timeFilter(f(at))', "f(at BETWEEN '2026-10-21T12:00:00.25Z' AND '2026-11-20T12:00:00Z')"],
  ])('%s', (sql, expanded) => {
    expect(grafanaSql(sql, RANGE)).toBe(expanded);
  });

  it.each(['$__unknown(at)', "$__timeGroup(at, '5 minutes')"])('%s is refused', (sql) => {
    expect(() => grafanaSql(sql, RANGE)).toThrow(/unknown macro|parsing interval/);
  });
});

describe('variables:', () => {
  it.each<readonly [string, VariableValue, string]>([
    ['${name:sqlstring}', ['a', "O'Neill"], "'a','O''Neill'"],
    ['${name:sqlstring}', '', "''"],
    ['${name}', ['a', 'b'], "'a','b'"],
    ['${name:csv}', ['a', 'b'], 'a,b'],
    ['${name:sqlstring}', { all: 'null' }, 'null'],
  ])('%s of %j', (sql, name, expected) => {
    expect(grafanaSql(sql, { ...RANGE, variables: { name } })).toBe(expected);
  });

  it('are put in before macros are looked for, and stay where they have no value', () => {
    const sql = '$__timeFilter(${column:raw}) ${other}';

    expect(grafanaSql(sql, { ...RANGE, variables: { column: 'at' } })).toBe(
      "at BETWEEN '2026-10-21T12:00:00.25Z' AND '2026-11-20T12:00:00Z' ${other}",
    );
  });
});
