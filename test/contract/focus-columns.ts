/**
 * What FOCUS 1.2 asks of the columns that we write, copied by hand from its pages of columns and attributes.
 * @see https://focus.finops.org/focus-specification/v1-2/
 */
export interface FocusColumn {
  readonly level: 'Mandatory' | 'Conditional' | 'Recommended' | 'Custom';
  readonly nullable: boolean;
  readonly type: 'Decimal' | 'String' | 'Date/Time' | 'JSON';
  readonly allowed?: readonly string[];
}

const mandatory = (type: FocusColumn['type'], more: Partial<FocusColumn> = {}): FocusColumn => ({
  level: 'Mandatory',
  nullable: false,
  type,
  ...more,
});
const conditional = (type: FocusColumn['type']): FocusColumn => ({
  level: 'Conditional',
  nullable: true,
  type,
});

export const FOCUS_COLUMNS: Readonly<Record<string, FocusColumn>> = {
  BilledCost: mandatory('Decimal'),
  BillingAccountId: mandatory('String'),
  BillingAccountName: mandatory('String', { nullable: true }),
  BillingCurrency: mandatory('String', { allowed: ['USD'] }),
  BillingPeriodEnd: mandatory('Date/Time'),
  BillingPeriodStart: mandatory('Date/Time'),
  ChargeCategory: mandatory('String', { allowed: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] }),
  ChargeClass: mandatory('String', { nullable: true, allowed: ['Correction'] }),
  ChargeDescription: mandatory('String', { nullable: true }),
  ChargeFrequency: {
    level: 'Recommended',
    nullable: false,
    type: 'String',
    allowed: ['One-Time', 'Recurring', 'Usage-Based'],
  },
  ChargePeriodEnd: mandatory('Date/Time'),
  ChargePeriodStart: mandatory('Date/Time'),
  ContractedCost: mandatory('Decimal'),
  EffectiveCost: mandatory('Decimal'),
  InvoiceIssuerName: mandatory('String'),
  ListCost: mandatory('Decimal'),
  PricingQuantity: mandatory('Decimal', { nullable: true }),
  PricingUnit: mandatory('String', { nullable: true }),
  ProviderName: mandatory('String'),
  PublisherName: mandatory('String'),
  ResourceId: conditional('String'),
  ResourceName: conditional('String'),
  ResourceType: conditional('String'),
  // Of eighteen, the ones that a speech service could be put under.
  ServiceCategory: mandatory('String', { allowed: ['AI and Machine Learning', 'Media', 'Other'] }),
  ServiceName: mandatory('String'),
  ServiceSubcategory: {
    level: 'Recommended',
    nullable: false,
    type: 'String',
    // Those of `AI and Machine Learning`, since each has one category.
    allowed: [
      'AI Platforms',
      'Bots',
      'Generative AI',
      'Machine Learning',
      'Natural Language Processing',
      'Other (AI and Machine Learning)',
    ],
  },
  SkuId: conditional('String'),
  Tags: conditional('JSON'),
  x_Deployment: { level: 'Custom', nullable: true, type: 'String' },
};

/** All that FOCUS 1.2 calls mandatory. */
export const MANDATORY = Object.entries(FOCUS_COLUMNS).flatMap(([name, { level }]) =>
  level === 'Mandatory' ? [name] : [],
);

const NUMERIC = /^-?\d+(\.\d+)?(E-?\d+)?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** What FOCUS has against a charge; an empty cell is null. */
export function objectionsTo(charge: Readonly<Record<string, string>>): string[] {
  const objections: string[] = [];
  const object = (name: string, words: string) => objections.push(`${name} ${words}: ${charge[name]}`);
  for (const name of MANDATORY) if (!(name in charge)) object(name, 'is not there');
  for (const [name, cell] of Object.entries(charge)) {
    const rule = FOCUS_COLUMNS[name];
    if (rule === undefined) object(name, 'is no column');
    else if (cell === '') {
      if (!rule.nullable) object(name, 'is null');
    } else if (!isOfType(cell, rule)) object(name, `is no ${rule.type}, or not one that is allowed`);
    else if (cell.trim() === '') object(name, 'is blank');
  }
  const has = (name: string) => (charge[name] ?? '') !== '';
  const instant = (name: string) => Date.parse(charge[name] ?? '');
  if (has('PricingUnit') !== has('PricingQuantity'))
    object('PricingUnit', 'has no quantity, or the other way round');
  if (charge.ChargeCategory === 'Usage' && !has('PricingQuantity'))
    object('PricingQuantity', 'is null for usage');
  if (has('ResourceId') !== has('ResourceType'))
    object('ResourceType', 'has no resource, or the other way round');
  if (has('ResourceName') && !has('ResourceId')) object('ResourceName', 'has no id');
  if (instant('ChargePeriodStart') >= instant('ChargePeriodEnd'))
    object('ChargePeriodEnd', 'is not after the start');
  if (instant('ChargePeriodStart') < instant('BillingPeriodStart'))
    object('ChargePeriodStart', 'is before the bill');
  if (instant('ChargePeriodEnd') > instant('BillingPeriodEnd'))
    object('ChargePeriodEnd', 'is after the bill');
  return objections;
}

function isOfType(cell: string, { type, allowed }: FocusColumn): boolean {
  if (allowed !== undefined && !allowed.includes(cell)) return false;
  switch (type) {
    case 'Decimal':
      return NUMERIC.test(cell);
    case 'Date/Time':
      return MOMENT.test(cell) && !Number.isNaN(Date.parse(cell));
    case 'JSON':
      return isKeyValue(JSON.parse(cell));
    case 'String':
      return true;
  }
}

/** An object whose values are no objects and no lists. */
function isKeyValue(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one !== 'object' || one === null)
  );
}
