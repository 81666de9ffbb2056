import { accountProject, defaultProjects } from '../dist/connectors/deepgram/stand-in/account.js';
import { dayFinder, dayNumberOf } from '../dist/connectors/deepgram/stand-in/account-days.js';
import { generatedRequest } from '../dist/connectors/deepgram/stand-in/generated-request.js';
import { requestRecord } from '../dist/connectors/deepgram/stand-in/request-record.js';
import { momentRange } from '../dist/connectors/deepgram/stand-in/time-range.js';

/** The one project of the account. */
export const [project] = defaultProjects;

/** Bytes set aside for a record on average; the stand-in's are 600 to 900. */
const ROOM = 1_000;
const COMMA = Buffer.from(',');

/**
 * The request log of one day, every record written out once, newest first and with commas between them: any page
 * is then a part of these bytes, and answering costs next to nothing.
 *
 * @param {string} day
 * @param {number} count
 */
export function renderedLog(day, count) {
  const generated = dayFinder(count)(accountProject(1, project), dayNumberOf(day));
  const context = { project: generated.project, nowUs: Date.now() * 1_000, forms: 'mixed' };
  const bytes = Buffer.allocUnsafe(count * ROOM);
  const createdUs = new Float64Array(count);
  const starts = new Float64Array(count + 1);
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    const request = generatedRequest(generated, count - 1 - at);
    createdUs[at] = request.createdUs;
    starts[at] = end;
    end += bytes.write(JSON.stringify(requestRecord(request, context)), end);
    end += COMMA.copy(bytes, end);
    if (end > bytes.length - 2 * ROOM) throw new Error(`records of more than ${ROOM} bytes on average`);
  }
  starts[count] = end;
  return {
    bytesPerRecord: end / count,
    /** The body of a page, in pieces. */
    page: (query) => pageOf({ bytes, createdUs, starts }, query),
  };
}

function pageOf({ bytes, createdUs, starts }, query) {
  const { fromUs, toUs } = momentRange(query);
  const page = Number(query.get('page') ?? 0);
  const limit = Number(query.get('limit') ?? 10);
  const newest = firstAtOrBefore(createdUs, toUs) + page * limit;
  const end = Math.min(firstAtOrBefore(createdUs, fromUs - 1), newest + limit);
  const head = Buffer.from(`{"page":${page},"limit":${limit},"requests":[`);
  const records = newest < end ? bytes.subarray(starts[newest], starts[end] - COMMA.length) : '';
  return [head, records, ']}'];
}

/** Where the newest record that is not later than this stands. */
function firstAtOrBefore(createdUs, us) {
  let low = 0;
  let high = createdUs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (createdUs[middle] > us) low = middle + 1;
    else high = middle;
  }
  return low;
}
