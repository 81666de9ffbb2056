import type { Row } from '../../src/streams/field.js';
import { storableText } from '../../src/text/storable-text.js';
import { type Day, endOfDay, startOfDay } from '../../src/time/day.js';
import { endOfMonth, monthOf, startOfMonth } from './months/month.js';

/**
 * One charge in the columns of FOCUS 1.2: all that it calls mandatory, and of the others those for which Deepgram's billing
 * has a value. Null where there is none: Deepgram's billing gives no quantity, so there is no price of a unit either.
 * @see https://focus.finops.org/focus-specification/v1-2/
 */
export interface Charge {
  /** Dollars. Deepgram states one amount a day: after all discounts, and nothing is paid up front. */
  readonly BilledCost: number;
  /** Deepgram bills, and keeps the credit of, each project by itself. */
  readonly BillingAccountId: string;
  readonly BillingAccountName: string | null;
  readonly BillingCurrency: 'USD';
  /** The first moment after the calendar month, in UTC. */
  readonly BillingPeriodEnd: string;
  readonly BillingPeriodStart: string;
  readonly ChargeCategory: 'Usage';
  /** `Correction` of a bill that was sent already: Deepgram restates the day itself. */
  readonly ChargeClass: null;
  readonly ChargeDescription: string;
  readonly ChargeFrequency: 'Usage-Based';
  /** The first moment after the day. */
  readonly ChargePeriodEnd: string;
  readonly ChargePeriodStart: string;
  readonly ContractedCost: number;
  readonly EffectiveCost: number;
  readonly InvoiceIssuerName: 'Deepgram';
  readonly ListCost: number;
  readonly PricingQuantity: null;
  readonly PricingUnit: null;
  readonly ProviderName: 'Deepgram';
  readonly PublisherName: 'Deepgram';
  /** The API key, where the breakdown has it. */
  readonly ResourceId: string | null;
  readonly ResourceName: string | null;
  readonly ResourceType: 'API Key' | null;
  readonly ServiceCategory: 'AI and Machine Learning';
  readonly ServiceName: 'Deepgram';
  readonly ServiceSubcategory: 'Natural Language Processing';
  /** The line item, where the breakdown has it. */
  readonly SkuId: string | null;
  /** A JSON object. A tag of Deepgram's has no value, which FOCUS writes as `true`. */
  readonly Tags: string | null;
  /** Where it ran, such as `hosted`: a column of Deepgram's own, as FOCUS marks those. */
  readonly x_Deployment: string | null;
}

/** Makes the charge of a record of billing; undefined where its cost is not known, since FOCUS takes no null there. */
export function chargeOf(row: Row, day: Day): Charge | undefined {
  const cost = row.cost_usd;
  if (typeof cost !== 'number' || !Number.isFinite(cost)) return undefined;
  const key = textOrNull(row.accessor);
  const month = monthOf(day);
  return {
    BilledCost: cost,
    BillingAccountId: String(row.project_id),
    BillingAccountName: textOrNull(row.project_name),
    BillingCurrency: 'USD',
    BillingPeriodEnd: momentOf(endOfMonth(month)),
    BillingPeriodStart: momentOf(startOfMonth(month)),
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeDescription: textOrNull(row.line_item_name) ?? textOrNull(row.line_item) ?? 'Deepgram usage',
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: momentOf(endOfDay(day)),
    ChargePeriodStart: momentOf(startOfDay(day)),
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: 'Deepgram',
    ListCost: cost,
    PricingQuantity: null,
    PricingUnit: null,
    ProviderName: 'Deepgram',
    PublisherName: 'Deepgram',
    ResourceId: key,
    ResourceName: textOrNull(row.api_key_name),
    ResourceType: key === null ? null : 'API Key',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: 'Deepgram',
    ServiceSubcategory: 'Natural Language Processing',
    SkuId: textOrNull(row.line_item),
    Tags: tagsOf(row.tags),
    x_Deployment: textOrNull(row.deployment),
  };
}

/** In the order in which files have them. */
export const CHARGE_COLUMNS = Object.keys(
  chargeOf({ cost_usd: 0, project_id: '' }, '2026-01-01') ?? {},
) as readonly (keyof Charge)[];

/** FOCUS has null where there is nothing, never an empty text. */
function textOrNull(value: Row[string] | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function tagsOf(value: Row[string] | undefined): string | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  // A set is written in one way, whatever the order in which it came.
  const tags = [...new Set(value.map(storableText))].sort();
  return JSON.stringify(Object.fromEntries(tags.map((tag) => [tag, true])));
}

/** `2026-11-20T00:00:00Z` */
function momentOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
