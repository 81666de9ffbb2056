/**
 * What Grafana makes of a query before PostgreSQL sees it: variables first, then the macros of its PostgreSQL data source.
 * @see https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
 * @see https://grafana.com/docs/grafana/latest/datasources/postgres/query-editor/#macros
 */
export function grafanaSql(sql, { from, to, variables = {} }) {
  return expandMacros(interpolate(sql, variables), iso(from), iso(to));
}

/** Of a variable: a text, a list of the chosen values, or `{ all }` with what stands for all of them. */
function interpolate(sql, variables) {
  return sql.replaceAll(/\$\{(\w+)(?::(\w+))?\}/g, (whole, name, format = '') => {
    if (!Object.hasOwn(variables, name)) return whole;
    const value = variables[name];
    // What stands for all is put in as it is, whatever the format.
    if (value.all !== undefined) return value.all;
    return formatted([value].flat(), format);
  });
}

function formatted(values, format) {
  switch (format) {
    case 'sqlstring':
      return values.map(quoted).join(',');
    case 'csv':
    case 'raw':
      return values.join(',');
    case '':
      // As the data source has it where no format is said.
      return values.map(quoted).join(',');
    default:
      throw new Error(`unknown format ${format}`);
  }
}

function quoted(value) {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A macro ends with the first `)`, whatever is open. */
const MACRO = /\$(\w+)\(([^)]*)\)/g;

function expandMacros(sql, from, to) {
  return sql.replaceAll(MACRO, (whole, name, list, at) => {
    const args = list.split(',').map((arg) => arg.trim());
    const isOlderAlias = name === '__timeGroup' && sql[at + whole.length] === ',';
    return expandMacro(isOlderAlias ? '__timeGroupAlias' : name, args, from, to);
  });
}

function expandMacro(name, args, from, to) {
  const [column] = args;
  switch (name) {
    case '__time':
      return `${column} AS "time"`;
    case '__timeEpoch':
      return `extract(epoch from ${column}) as "time"`;
    case '__timeFilter':
      return `${column} BETWEEN '${from}' AND '${to}'`;
    case '__timeFrom':
      return `'${from}'`;
    case '__timeTo':
      return `'${to}'`;
    case '__timeGroup': {
      const seconds = secondsOf(args[1]);
      return `floor(extract(epoch from ${column})/${seconds})*${seconds}`;
    }
    case '__timeGroupAlias':
      return `${expandMacro('__timeGroup', args, from, to)} AS "time"`;
    default:
      throw new Error(`unknown macro ${name}`);
  }
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

function secondsOf(interval = '') {
  const [, count, unit] = /^'?(\d+)([smhdw])'?$/.exec(interval) ?? [];
  if (unit === undefined) throw new Error(`error parsing interval ${interval}`);
  return Number(count) * UNITS[unit];
}

/** As Go writes a moment: no fraction where there is none. */
function iso(ms) {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
