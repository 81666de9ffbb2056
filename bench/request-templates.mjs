import { accountProject, defaultProjects } from '../dist/connectors/stand-ins/deepgram/account/account.js';
import { dayFinder, dayNumberOf } from '../dist/connectors/stand-ins/deepgram/account/account-days.js';
import { generatedRequest } from '../dist/connectors/stand-ins/deepgram/account/requests/generated-request.js';
import { rawRequest } from '../dist/connectors/stand-ins/deepgram/account/requests/raw-request.js';

/** More than any cache of texts or numbers remembers, so that a record seen again is as good as a new one. */
const MOST = 50_000;

const MOMENT = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"/g;
/** Microseconds that a text of this length counts in. */
const UNITS = new Map([
  ['2026-11-20T11:59:47Z'.length, 1e6],
  ['2026-11-20T11:59:47.434Z'.length, 1e3],
  ['2026-11-20T11:59:47.434302Z'.length, 1],
]);

/**
 * Records of the stand-in as bytes, in all forms that Deepgram has ever used, with the places of what is each
 * request's own: its id, and its moments as microseconds after it was created.
 *
 * @param {string} day
 * @param {number} count of the day's requests; there are no more templates than that
 */
export function requestTemplates(day, count) {
  const [project] = defaultProjects;
  const wanted = Math.min(count, MOST);
  const generated = dayFinder(wanted)(accountProject(1, project), dayNumberOf(day));
  const context = { project: generated.project, nowUs: Date.now() * 1_000, forms: 'mixed', prices: true };
  return Array.from({ length: wanted }, (_, index) => {
    const request = generatedRequest(generated, index);
    // Of a full millisecond fewer digits are written, and in a template there must be room for all of them.
    const createdUs = request.createdUs + (request.createdUs % 1e3 === 0 ? 1 : 0);
    return templateOf(rawRequest({ ...request, createdUs }, context), createdUs);
  });
}

function templateOf(record, createdUs) {
  const text = JSON.stringify(record);
  const places = [...text.matchAll(MOMENT)].map(({ index, 0: quoted }) => {
    const moment = quoted.slice(1, -1);
    return {
      at: Buffer.byteLength(text.slice(0, index + 1)),
      unitUs: UNITS.get(moment.length),
      delayUs: microsecondsOf(moment) - createdUs,
    };
  });
  return {
    bytes: Buffer.from(text),
    idAt: text.indexOf(record.request_id),
    moments: places,
    nanodollars: Math.round((record.response?.details?.usd ?? 0) * 1e9),
  };
}

function microsecondsOf(moment) {
  const [seconds, fraction = ''] = moment.slice(0, -1).split('.');
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction.padEnd(6, '0'));
}
