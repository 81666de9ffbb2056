import { readFileSync } from 'node:fs';

/** Processor time of all children that have ended, and of theirs, in seconds. Linux counts in hundredths. */
export function endedChildrenSeconds() {
  // After the name in brackets come the fields 3, 4, …; 16 and 17 are the time of children, user and system.
  const [, fields = ''] = /\) (.*)$/s.exec(readFileSync('/proc/self/stat', 'utf8')) ?? [];
  const [user, system] = fields.split(' ').slice(13, 15).map(Number);
  return (user + system) / 100;
}

/**
 * Watches the memory of a process and all its descendants.
 *
 * @param {number} pid
 * @returns stops watching, and says the most memory that it saw, in units of 1,048,576 bytes
 */
export function watchMemory(pid) {
  let peak = 0;
  const look = () => {
    const processes = treeOf(pid).map(memoryOf);
    const together = processes.reduce((sum, { now }) => sum + now, 0);
    // Linux remembers the peak of each process, which may have lain between two looks.
    peak = Math.max(peak, together, ...processes.map(({ most }) => most));
  };
  const timer = setInterval(look, 20);
  look();
  return () => {
    clearInterval(timer);
    return peak;
  };
}

function treeOf(pid) {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => treeOf(child))];
}

function memoryOf(pid) {
  const status = textOf(`/proc/${pid}/status`);
  const megabytes = (name) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_024;
  return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}

/** Nothing for a process that has ended meanwhile. */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
