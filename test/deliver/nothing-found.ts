import type { SourceFindings } from '../../src/catalogue/source.js';

/** Of a source that noticed nothing. */
export const NOTHING_FOUND: SourceFindings = {
  rejected: new Map(),
  unknownFields: new Map(),
  unknownForms: new Map(),
  warnings: [],
  incomplete: [],
};
