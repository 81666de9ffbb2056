/** What a call was refused for; `code` is Tableau's own, whose first three digits are the status. */
export class Refused extends Error {
  readonly code: string;
  readonly summary: string;

  constructor(code: string, summary: string, detail: string) {
    super(detail);
    this.code = code;
    this.summary = summary;
  }

  get status(): number {
    return Number(this.code.slice(0, 3));
  }
}
