import type { Row, Value } from '../streams/field.js';
import { PARTITION_FIELDS, type Stream } from '../streams/stream.js';

/** What a record has in common with many others of its stream: its values of a few fields that repeat. */
export interface Facet {
  /** By what made it: see {@link Facets.remembering}. */
  readonly made: unknown[];
}

/** A record with its values by position, in the order of the stream's fields, and with its facets. */
export interface FacetedRow {
  readonly row: Row;
  readonly values: readonly Value[];
  readonly facets: readonly Facet[];
}

/** Neighbouring fields that make one facet: with more of them a facet would fit fewer records, with fewer do less. */
const FIELDS = 6;
/** Facets of the same fields that are remembered at once; their memory is bounded by it. */
const MOST = 2_048;
/** Fields of which a facet serves fewer records than this hardly repeat: to remember would cost more than it saves. */
const WORTHWHILE = 4;

/**
 * Most of what a record says has been said by others before it: the model, the key, the tags. Records of a stream that
 * agree in some neighbouring fields share a facet, so that what is made of those fields is made once.
 */
export class Facets {
  readonly stream: Stream;
  readonly #names: readonly string[];
  /** Positions of the fields of each facet. */
  readonly #groups: readonly (readonly number[])[];
  readonly #found: readonly Found[];
  readonly #batches = new WeakMap<readonly Row[], readonly FacetedRow[]>();
  #slots = 0;

  constructor(stream: Stream) {
    this.stream = stream;
    this.#names = stream.fields.map(({ name }) => name);
    this.#groups = groupsOf(stream);
    this.#found = this.#groups.map((positions) => new Found(positions));
  }

  /** The records of a batch; asked for once more, by another sink, they are the same. */
  of(batch: readonly Row[]): readonly FacetedRow[] {
    const known = this.#batches.get(batch) ?? batch.map((row) => this.#faceted(row));
    this.#batches.set(batch, known);
    return known;
  }

  /** Where a field stands among the values of a record. */
  positionOf(name: string): number {
    const position = this.#names.indexOf(name);
    if (position < 0) throw new Error(`${this.stream.name} has no field ${name}`);
    return position;
  }

  /** Cuts a list of fields into those that share a facet with their neighbours, and single ones that do not repeat. */
  runsOf(names: readonly string[]): FieldRun[] {
    const runs: { names: string[]; group: number }[] = [];
    for (const name of names) {
      const group = this.#groupOf(name);
      const last = runs.at(-1);
      if (last !== undefined && group >= 0 && last.group === group) last.names.push(name);
      else runs.push({ names: [name], group });
    }
    return runs.map(({ names, group }) => ({ names, repeats: group >= 0 }));
  }

  /**
   * Makes the same as `make`, but only once for records that share the facets of these fields.
   *
   * @param fields what `make` looks at; each must be one that repeats
   */
  remembering<Made extends object>(
    fields: readonly string[],
    make: (row: Row) => Made,
  ): (record: FacetedRow) => Made {
    const slot = this.#slots;
    this.#slots += 1;
    const [first = 0, ...others] = new Set(fields.map((name) => this.#repeating(name)));
    if (others.length > 0) return this.#rememberingSeveral(slot, first, others, make);
    return ({ row, facets }) => {
      // Safe, here and below: only this function uses its slot.
      const made = (facets[first] as Facet).made as Made[];
      let known = made[slot];
      if (known === undefined) {
        known = make(row);
        made[slot] = known;
      }
      return known;
    };
  }

  #rememberingSeveral<Made extends object>(
    slot: number,
    first: number,
    others: readonly number[],
    make: (row: Row) => Made,
  ): (record: FacetedRow) => Made {
    return ({ row, facets }) => {
      const made = (facets[first] as Facet).made as Branch<Made>[];
      let branch = made[slot];
      if (branch === undefined) {
        branch = { next: new Map() };
        made[slot] = branch;
      }
      for (const group of others) {
        const facet = facets[group] as Facet;
        let next = branch.next.get(facet);
        if (next === undefined) {
          next = { next: new Map() };
          // Those of facets that are forgotten by now are of no use any more.
          if (branch.next.size >= MOST) branch.next.clear();
          branch.next.set(facet, next);
        }
        branch = next;
      }
      branch.made ??= make(row);
      return branch.made;
    };
  }

  #faceted(row: Row): FacetedRow {
    const values = valuesOf(row, this.#names);
    const found = this.#found;
    const facets: Facet[] = [];
    for (let group = 0; group < found.length; group += 1) {
      facets.push((found[group] as Found).facetOf(values));
    }
    return { row, values, facets };
  }

  #repeating(name: string): number {
    const group = this.#groupOf(name);
    if (group < 0) throw new Error(`${name} of ${this.stream.name} is no field that repeats`);
    return group;
  }

  /** Negative for a field that does not repeat. */
  #groupOf(name: string): number {
    const position = this.positionOf(name);
    return this.#groups.findIndex((positions) => positions.includes(position));
  }
}

/** The facets of a stream, which are the same for all who ask. */
export function facetsOf(stream: Stream): Facets {
  const known = facetsByStream.get(stream) ?? new Facets(stream);
  facetsByStream.set(stream, known);
  return known;
}

const facetsByStream = new WeakMap<Stream, Facets>();

/** Neighbouring fields: of one facet where they repeat, else one field alone. */
export interface FieldRun {
  readonly names: readonly string[];
  readonly repeats: boolean;
}

interface Branch<Made> {
  readonly next: Map<Facet, Branch<Made>>;
  made?: Made;
}

/** By their names, unless they stand in the stream's order: then all at once, which takes a third of the time. */
function valuesOf(row: Row, names: readonly string[]): readonly Value[] {
  let position = 0;
  for (const name in row) {
    if (name !== names[position]) break;
    position += 1;
  }
  return position === names.length ? Object.values(row) : names.map((name) => row[name] ?? null);
}

/** Runs of neighbours among the fields that repeat: dimensions, but for moments and for what tells records apart. */
function groupsOf({ fields, key }: Stream): number[][] {
  const groups: number[][] = [];
  let open: number[] | undefined;
  for (const [position, { name, role, type }] of fields.entries()) {
    const isUnique = key.includes(name) && !PARTITION_FIELDS.has(name);
    if (role !== 'dimension' || type === 'timestamp' || isUnique) {
      open = undefined;
      continue;
    }
    if (open === undefined || open.length === FIELDS) {
      open = [];
      groups.push(open);
    }
    open.push(position);
  }
  return groups;
}

/** Goes before the length and the items of a list. */
const LIST = Symbol('list');

type Lead = Value | undefined | typeof LIST;

/** One value after the other leads from here to the facet of all of them. */
interface Step {
  readonly next: Map<Lead, Step>;
  /** Where the record before this one went: many go the same way, and comparing is quicker than looking up. */
  lastValue?: Lead;
  last?: Step;
  facet?: Facet;
}

/** The facets of the same fields that were found so far. */
class Found {
  readonly #positions: readonly number[];
  #root: Step = { next: new Map() };
  #facets = 0;
  #records = 0;
  #isWorthwhile = true;

  constructor(positions: readonly number[]) {
    this.#positions = positions;
  }

  facetOf(values: readonly Value[]): Facet {
    if (!this.#isWorthwhile) return { made: [] };
    this.#records += 1;
    const positions = this.#positions;
    let step = this.#root;
    for (let at = 0; at < positions.length; at += 1) {
      const value = values[positions[at] as number];
      if (typeof value === 'object' && value !== null) {
        // Lists are equal by what they hold, and are never taken for other values.
        step = stepTo(stepTo(step, LIST), value.length);
        for (let item = 0; item < value.length; item += 1) step = stepTo(step, value[item]);
      } else step = stepTo(step, value);
    }
    if (step.facet === undefined) {
      if (this.#facets === MOST) this.#beginAnew();
      this.#facets += 1;
      step.facet = { made: [] };
    }
    return step.facet;
  }

  #beginAnew(): void {
    this.#isWorthwhile = this.#records >= WORTHWHILE * MOST;
    this.#root = { next: new Map() };
    this.#facets = 0;
    this.#records = 0;
  }
}

function stepTo(step: Step, value: Lead): Step {
  if (step.last !== undefined && step.lastValue === value) return step.last;
  let next = step.next.get(value);
  if (next === undefined) {
    next = { next: new Map() };
    step.next.set(value, next);
  }
  step.lastValue = value;
  step.last = next;
  return next;
}
