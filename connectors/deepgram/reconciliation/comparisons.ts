import type { InputReading } from '../../../src/catalogue/source.js';
import type { Stream } from '../../../src/streams/stream.js';
import { counted as countOf } from '../../../src/text/text-table.js';
import type { ComparedUnit, Comparison } from './compare.js';
import { CALLED, type Side, sumOf } from './side.js';

/** What is known of a day, by the names of streams. */
export interface DayInputs {
  readonly streams: readonly Stream[];
  reading(stream: Stream): InputReading | undefined;
}

/** Hours have as many digits as Deepgram gives: 18 seconds, and a thousandth of the day. */
const HOURS = { least: 0.005, share: 0.001 };
/** A cent, and what rounding costs a record. */
const DOLLARS = { least: 0.01, record: 0.000005 };

/** Everything that the streams of a day say in two ways, but for balances. */
export function comparisonsOf(day: DayInputs): readonly Comparison[] {
  const [log, used, billed] = ['requests', 'usage', 'billing'].map((kind) =>
    day.streams.find((stream) => stream.kind === kind && stream.groupings.length === 0),
  );
  return [
    ...(log && used ? ofRequests(log, used, day) : []),
    ...(log && billed ? [ofCosts(log, billed, day)] : []),
    ...day.streams.flatMap((stream) => {
      if (stream.groupings.length === 0) return [];
      const tagged = log && day.reading(log)?.counts;
      if (stream.kind === 'usage') return used ? ofUsage(stream, used, tagged?.tagged, day) : [];
      return billed ? [ofBilling(stream, billed, tagged?.tagged_costs, day)] : [];
    }),
  ];
}

/** Usage's own total of a day, whose rows are one where there are any. */
function ofRequests(log: Stream, used: Stream, day: DayInputs): readonly Comparison[] {
  const reading = day.reading(log);
  const side = (stream: Stream, called: string, value: number | undefined): Side => ({
    stream,
    called,
    reading: day.reading(stream),
    value,
  });
  const inLog = (value: number | undefined) => side(log, CALLED.log, value);
  const inUsage = (name: string) => side(used, CALLED.usage, sumOf(day.reading(used), name));
  const hours = (seconds: string, name: string): Comparison => {
    const reported = inUsage(name);
    return {
      comparison: name,
      unit: 'hour',
      counted: inLog(hoursOf(sumOf(reading, seconds))),
      reported,
      tolerance: Math.max(HOURS.least, HOURS.share * (reported.value ?? 0)),
      explain: (difference) =>
        unansweredIn(reading, difference) ??
        (difference > 0 && seconds === 'audio_seconds' ? spokenIn(reading) : undefined) ??
        // Of a connection that hears nothing, at least a second is charged.
        (difference < 0 && -difference * 3_600 <= (reading?.records ?? 0)
          ? 'rounding: at least a second is charged a request'
          : undefined),
    };
  };
  const exactly = (name: string, unit: ComparedUnit): Comparison => ({
    comparison: name,
    unit,
    counted: inLog(sumOf(reading, name)),
    reported: inUsage(name),
    tolerance: 0,
    explain: (difference) => unansweredIn(reading, difference),
  });
  const requests: Comparison = {
    comparison: 'requests',
    unit: 'request',
    counted: inLog(reading?.records),
    reported: inUsage('requests'),
    tolerance: 0,
    explain: (difference) => {
      const lost = reading?.counts?.lost ?? 0;
      return difference > 0 && difference <= lost
        ? `${countOf(lost, 'lost request')} in the log, which usage need not count`
        : undefined;
    },
  };
  const amounts = [
    hours('audio_seconds', 'hours'),
    hours('total_audio_seconds', 'total_hours'),
    exactly('tts_characters', 'character'),
    exactly('tokens_in', 'token'),
    exactly('tokens_out', 'token'),
  ];
  return [requests, ...amounts.filter(isOnBothSides)];
}

function hoursOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds / 3_600;
}

/** Where records of a day have no value of it, or the totals have none, that is no difference; an older version's may have. */
function isOnBothSides({ counted, reported }: Comparison): boolean {
  return [counted, reported].every(
    ({ value, reading }) => value !== undefined || reading === undefined || reading.counts === undefined,
  );
}

/** A request that asks for speech has its length; usage counts its characters. */
function spokenIn(reading: InputReading | undefined): string | undefined {
  return reading?.counts?.tts_characters
    ? 'the length of speech, of which usage counts characters'
    : undefined;
}

function unansweredIn(reading: InputReading | undefined, difference: number): string | undefined {
  const unsettled = reading?.counts?.unsettled ?? 0;
  return difference < 0 && unsettled > 0
    ? `${countOf(unsettled, 'request')} in the log without an answer yet`
    : undefined;
}

function ofCosts(log: Stream, billed: Stream, day: DayInputs): Comparison {
  const reading = day.reading(log);
  const { records = 0, counts } = reading ?? {};
  const unpriced = counts?.unsettled ?? 0;
  return {
    comparison: 'cost',
    unit: 'dollar',
    counted: {
      stream: log,
      called: 'the costs of requests',
      reading,
      // Contract customers, and keys without the right, never get a cost of a request.
      value: counts !== undefined && isWithoutCosts(reading) ? undefined : sumOf(reading, 'cost_usd'),
    },
    reported: {
      stream: billed,
      called: 'billing',
      reading: day.reading(billed),
      value: sumOf(day.reading(billed), 'cost_usd'),
    },
    tolerance: DOLLARS.least + DOLLARS.record * records,
    explain: (difference) =>
      difference < 0 && unpriced > 0 ? `${countOf(unpriced, 'request')} without a price yet` : undefined,
  };
}

/** Also where each is said to have cost nothing. */
function isWithoutCosts(reading: InputReading | undefined): boolean {
  return (reading?.records ?? 0) > 0 && !(reading?.sums.cost_usd ?? 0);
}

/** @param tagged requests with tags in the log that usage counts; undefined where that is not known */
function ofUsage(
  stream: Stream,
  used: Stream,
  tagged: number | undefined,
  day: DayInputs,
): readonly Comparison[] {
  const of = (name: 'requests' | 'hours', unit: ComparedUnit) => {
    const reported = day.reading(used);
    const value = sumOf(reported, name);
    return breakdown(stream, name, unit, {
      counted: day.reading(stream),
      tagged,
      reported: { stream: used, called: CALLED.usage, reading: reported, value },
      tolerance: name === 'requests' ? 0 : Math.max(HOURS.least, HOURS.share * (value ?? 0)),
    });
  };
  return [of('requests', 'request'), of('hours', 'hour')];
}

/** @param tagged requests with tags in the log that are billed; undefined where that is not known */
function ofBilling(stream: Stream, billed: Stream, tagged: number | undefined, day: DayInputs): Comparison {
  const counted = day.reading(stream);
  const reading = day.reading(billed);
  return breakdown(stream, 'cost', 'dollar', {
    counted,
    tagged,
    reported: { stream: billed, called: 'billing', reading, value: sumOf(reading, 'cost_usd') },
    tolerance: DOLLARS.least + DOLLARS.record * (counted?.records ?? 0),
  });
}

/** Where no record of a breakdown names a group, it is none: the total may be there in its place. */
function breakdown(
  stream: Stream,
  what: 'requests' | 'hours' | 'cost',
  unit: ComparedUnit,
  {
    counted,
    tagged = 0,
    ...rest
  }: Pick<Comparison, 'reported' | 'tolerance'> & {
    readonly counted: InputReading | undefined;
    readonly tagged: number | undefined;
  },
): Comparison {
  const value = isIgnored(counted, tagged) ? 0 : sumOf(counted, what === 'cost' ? 'cost_usd' : what);
  return {
    comparison: `${stream.name} ${what}`,
    unit,
    counted: { stream, called: stream.name, reading: counted, value },
    ...rest,
  };
}

/** Nobody need use tags: that none is named says something where the log has some. */
function isIgnored(counted: InputReading | undefined, tagged: number): boolean {
  if (counted === undefined || counted.records === 0) return false;
  const { ungrouped, untagged } = counted.counts ?? {};
  return ungrouped === counted.records || (tagged > 0 && untagged === counted.records);
}
