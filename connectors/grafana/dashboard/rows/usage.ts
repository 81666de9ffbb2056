import { requestsByDay } from '../../../postgres/rollup/requests-by-day.js';
import { COLORS, overTime } from '../panels.js';
import { dailySeries, from, OF_REQUESTS } from '../sql.js';

const LOGGED = 'Of the request log, which begins 90 days before the first export.';
const ENDPOINTS = {
  listen: COLORS.blue,
  speak: COLORS.orange,
  read: COLORS.green,
  agent: COLORS.pink,
};

/** What is used? */
export const usage = [
  overTime({
    title: 'Requests a day by endpoint',
    description: LOGGED,
    unit: 'short',
    empty: 'no requests in this range',
    width: 12,
    as: 'stacked bars',
    colors: ENDPOINTS,
    sql: dailySeries(`select date, endpoint as item, requests as value
from ${from(requestsByDay)}
where ${OF_REQUESTS}`),
  }),
  overTime({
    title: 'Hours a day by model',
    description: `${LOGGED} Audio over all channels, as it is billed; the six largest models, and all others together.`,
    unit: 'h',
    decimals: 1,
    empty: 'no audio in this range',
    width: 12,
    as: 'stacked bars',
    sql: dailySeries(`select date, coalesce(model, '(no model)') as item, total_audio_seconds::numeric / 3600 as value
from ${from(requestsByDay)}
where ${OF_REQUESTS} and total_audio_seconds > 0`),
  }),
  overTime({
    title: 'Tokens a day',
    description: LOGGED,
    unit: 'short',
    empty: 'no tokens in this range',
    width: 12,
    height: 6,
    as: 'stacked bars',
    colors: { in: COLORS.blue, out: COLORS.orange },
    sql: `select date::timestamp as "time", sum(tokens_in)::float8 as "in", sum(tokens_out)::float8 as out
from ${from(requestsByDay)}
where ${OF_REQUESTS}
group by 1
having coalesce(sum(tokens_in), sum(tokens_out)) is not null
order by 1`,
  }),
  overTime({
    title: 'Characters spoken a day',
    description: `${LOGGED} Characters of text-to-speech.`,
    unit: 'short',
    empty: 'nothing was spoken in this range',
    width: 12,
    height: 6,
    as: 'stacked bars',
    colors: { characters: COLORS.orange },
    sql: `select date::timestamp as "time", sum(tts_characters)::float8 as characters
from ${from(requestsByDay)}
where ${OF_REQUESTS}
group by 1
having sum(tts_characters) is not null
order by 1`,
  }),
];
