import { accountProject, defaultProjects } from '../dist/connectors/stand-ins/deepgram/account/account.js';
import { dayFinder, dayNumberOf } from '../dist/connectors/stand-ins/deepgram/account/account-days.js';
import {
  arrivalOf,
  DAY_US,
  firstIndexAt,
} from '../dist/connectors/stand-ins/deepgram/account/requests/day-times.js';
import { momentRange } from '../dist/connectors/stand-ins/deepgram/endpoints/query-range.js';
import { scramble } from '../dist/connectors/stand-ins/deepgram/random/random.js';
import { addDays } from '../dist/src/time/day.js';
import { requestTemplates } from './request-templates.mjs';

/** The project that has the request log. */
export const [project] = defaultProjects;

/** Deepgram's. */
const LARGEST_LIMIT = 1_000;
const COMMA = ','.charCodeAt(0);

/**
 * The request log of one day, of any length and the same small memory: a page is made of records that were written
 * out before, each with its own id and times written over them. So answering costs little.
 *
 * @param {string} day
 * @param {number} count
 */
export function requestLog(day, count) {
  const { seed } = dayFinder(count)(accountProject(1, project), dayNumberOf(day));
  const log = {
    seed,
    count,
    startUs: dayNumberOf(day) * DAY_US,
    dates: [day, addDays(day, 1)].map((date) => Buffer.from(date)),
    templates: requestTemplates(day, count),
  };
  const { templates } = log;
  return {
    bytesPerRecord: templates.reduce((sum, { bytes }) => sum + bytes.length + 1, 0) / templates.length,
    /** What all records of the day cost together, in billionths of a dollar. */
    nanodollars: costOf(log),
    /** No page has more bytes. */
    largestPage: LARGEST_LIMIT * (1 + Math.max(...templates.map(({ bytes }) => bytes.length))) + 100,
    /** The body of a page: the written part of `into`, which has room for the largest. */
    page: (query, into) => pageOf(log, query, into),
  };
}

function costOf({ templates, count }) {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += templates[index % templates.length].nanodollars;
  return sum;
}

function pageOf(log, query, into) {
  const { fromUs, toUs } = momentRange(query);
  const page = Number(query.get('page') ?? 0);
  const limit = Number(query.get('limit') ?? 10);
  if (limit > LARGEST_LIMIT) throw new Error(`a page of ${limit} requests was asked for`);
  const indexAt = (us) => firstIndexAt(log.seed, us - log.startUs, log.count);
  const newest = indexAt(toUs + 1) - 1 - page * limit;
  const oldest = Math.max(indexAt(fromUs), newest - limit + 1);

  let end = into.write(`{"page":${page},"limit":${limit},"requests":[`);
  for (let index = newest; index >= oldest; index -= 1) {
    end = writeRecord(into, end, log, index);
    if (index > oldest) into[end++] = COMMA;
  }
  end += into.write(']}', end);
  return into.subarray(0, end);
}

function writeRecord(body, start, log, index) {
  const { bytes, idAt, moments } = templateOf(log, index);
  bytes.copy(body, start);
  // Every index gives another first part, so every id is another.
  writeHex(body, start + idAt, scramble(index));
  const createdUs = arrivalOf(log.seed, index, log.count);
  for (const { at, unitUs, delayUs } of moments) {
    const us = Math.ceil((createdUs + delayUs) / unitUs) * unitUs;
    const isNextDay = us >= DAY_US;
    writeDate(body, start + at, log.dates[Number(isNextDay)]);
    writeTime(body, start + at + 'yyyy-MM-ddT'.length, isNextDay ? us - DAY_US : us, unitUs);
  }
  return start + bytes.length;
}

function templateOf({ templates }, index) {
  return templates[index % templates.length];
}

function writeDate(body, at, date) {
  for (let place = 0; place < date.length; place += 1) body[at + place] = date[place];
}

/** `11:59:47.434302`, of which only the digits are written: the template has the rest. */
function writeTime(body, at, us, unitUs) {
  const seconds = Math.floor(us / 1e6) | 0;
  const micros = (us - seconds * 1e6) | 0;
  const minutes = (seconds / 60) | 0;
  writePair(body, at, (minutes / 60) | 0);
  writePair(body, at + 3, minutes % 60);
  writePair(body, at + 6, seconds % 60);
  if (unitUs === 1e6) return;
  writePair(body, at + 9, (micros / 10_000) | 0);
  const rest = micros % 10_000;
  if (unitUs === 1e3) {
    body[at + 11] = ZERO + ((rest / 1_000) | 0);
    return;
  }
  writePair(body, at + 11, (rest / 100) | 0);
  writePair(body, at + 13, rest % 100);
}

const ZERO = '0'.charCodeAt(0);

function writePair(body, at, value) {
  body[at] = ZERO + ((value / 10) | 0);
  body[at + 1] = ZERO + (value % 10);
}

const HEX = Buffer.from('0123456789abcdef');

function writeHex(body, at, word) {
  for (let place = 0; place < 8; place += 1) body[at + place] = HEX[(word >>> (28 - place * 4)) & 15];
}
