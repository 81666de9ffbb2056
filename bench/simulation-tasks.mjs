import { accountProject } from '../dist/connectors/stand-ins/deepgram/account/account.js';
import { dayFinder, dayNumberOf } from '../dist/connectors/stand-ins/deepgram/account/account-days.js';
import { startOfDay } from '../dist/src/time/day.js';
import { arrivals, pagesOfDay } from './simulation-day.mjs';

/** Pages that a process holds at once, where eight calls may be in flight. */
const ROOM = 8;
const PROJECT = { id: 'p-0', name: 'A project' };

/**
 * The kinds of tasks of a run of the real program with one project: what they call, and what they bring. Days of requests are of
 * another kind for each class of projects; all else of a project is the same for all of them, as their lists are.
 *
 * @param run see simulation-life.mjs
 * @param {{ perDay: number }[]} classes
 */
export function kindsOf({ tasks, calls, pages, records, moment }, classes) {
  const all = [];
  const add = (kind) => all.push(kind) - 1;
  const others = tasks.filter(({ stream, calls: least }) => stream !== 'requests' && least > 0);
  // The list of projects is asked for once, whatever their number.
  const ofProject = calls - pages - 1;
  const rows = Object.entries(records).reduce(
    (sum, [name, some]) => sum + (name === 'requests' ? 0 : some),
    0,
  );
  const partitions = tasks.reduce(
    (sum, task) => sum + (task.stream === 'requests' ? 0 : task.partitions.length),
    0,
  );
  const [few, more] = [Math.floor(ofProject / others.length), ofProject % others.length];
  const share = { records: 0, partitions: partitions / ofProject, rows: rows / ofProject };
  const otherKinds = new Map(
    others.map((task, at) => [
      task,
      add({ isPaged: false, calls: Array.from({ length: few + (at < more ? 1 : 0) }, () => share) }),
    ]),
  );
  const known = new Map();
  /** Of the class, by its place, and the day. */
  const ofRequests = (at, day) => {
    const seconds = Math.min(86_400, (moment - startOfDay(day)) / 1_000);
    const key = `${at} ${seconds}`;
    if (!known.has(key)) known.set(key, add(requestKind(classes[at].perDay, day, seconds)));
    return known.get(key);
  };
  return { all, otherKinds, ofRequests };
}

export function requestKind(perDay, day, seconds, project = PROJECT) {
  const { seed } = dayFinder(perDay)(accountProject(1, project), dayNumberOf(day));
  const pages = pagesOfDay(arrivals(seed, perDay), seconds, ROOM);
  return {
    isPaged: true,
    calls: pages.map((records, at) => ({ records, rows: records, partitions: at === 0 ? 1 : 0 })),
  };
}

/** The tasks of all projects, in the order of a plan: streams, projects, days. */
export function queueOf({ tasks }, { otherKinds, ofRequests }, classes) {
  const streams = new Map();
  for (const task of tasks) streams.set(task.stream, [...(streams.get(task.stream) ?? []), task]);
  const projects = projectsOf(classes);
  const queue = [];
  for (const some of streams.values()) {
    for (const at of projects) {
      for (const task of some) {
        if (task.stream === 'requests')
          for (const { day } of task.partitions) queue.push(ofRequests(at, day));
        else if (otherKinds.has(task)) queue.push(otherKinds.get(task));
      }
    }
  }
  return Uint32Array.from(queue);
}

/** The class of each project, by its place: the huge ones are anywhere among the others. */
function projectsOf(classes) {
  const all = classes.flatMap(({ projects }, at) => new Array(projects).fill(at));
  let state = 1;
  for (let at = all.length - 1; at > 0; at -= 1) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (at + 1);
    [all[at], all[other]] = [all[other], all[at]];
  }
  return all;
}
