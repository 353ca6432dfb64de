import { formatTokens, formatUsd } from '../tokens.ts';
import { ALL_EVENTS, type EndpointSetup, type EntitlementSetup, type MeterSetup, type ProductSetup } from './setup.ts';

/** One field that is not as it should be, in words. */
export interface Difference {
  field: string;
  is: string;
  wanted: string;
  /** null: Dodo's API can change it; else what to do instead. */
  cure: string | null;
}

type Show<Value> = (value: NonNullable<Value>) => string;

/** How each field is called and shown, and what to do where Dodo cannot change it. */
export type Fields<Setup> = {
  [Field in keyof Setup]: {
    label: string;
    show?: Show<Setup[Field]>;
    /** Where both values side by side could not be read. */
    tell?: (is: Setup[Field], wanted: Setup[Field]) => { is: string; wanted: string };
    cure?: string;
  };
};

const days = (count: number) => `${count} days`;
const onOff = (value: boolean) => (value ? 'on' : 'off');

const NEW_ENTITLEMENT =
  'Dodo cannot change it. Choose another entitlement.name in catalogue.json for a new one; members keep what they have of the old one there, and the bot needs a new store.';
const NEW_METER =
  'Dodo cannot change a meter: archive it in the dashboard and run `npm run provision`, which makes a new one.';
const METER_NAME =
  'It does no harm, and Dodo cannot change it: meter.name in catalogue.json can be set to the name that is there.';
const NEW_PRODUCT =
  'Dodo cannot change it: archive the product in the dashboard and run `npm run provision`, which makes a new one.';

export const ENTITLEMENT_FIELDS: Fields<EntitlementSetup> = {
  name: { label: 'name' },
  unit: { label: 'unit' },
  precision: { label: 'precision', cure: NEW_ENTITLEMENT },
  expiresAfterDays: { label: 'credits expire after', show: days },
  rollover: { label: 'roll-over', show: onOff },
  overage: { label: 'overage by default', show: onOff },
};

export const METER_FIELDS: Fields<MeterSetup> = {
  name: { label: 'name', cure: METER_NAME },
  eventName: { label: 'event name', cure: NEW_METER },
  aggregation: { label: 'aggregation', cure: NEW_METER },
  over: { label: 'property', cure: NEW_METER },
  unit: { label: 'measurement unit', cure: NEW_METER },
  filtered: { label: 'filter', show: onOff, cure: NEW_METER },
};

export const PRODUCT_FIELDS: Fields<ProductSetup> = {
  name: { label: 'name' },
  pricing: { label: 'pricing', cure: NEW_PRODUCT },
  currency: { label: 'currency' },
  cents: { label: 'price', show: formatUsd },
  paidEvery: { label: 'paid every' },
  runsFor: { label: 'contract, at whose end Dodo ends the subscription' },
  meterId: { label: 'meter' },
  meterTakesFrom: { label: 'meter takes credits of' },
  unitsPerCredit: { label: 'meter units a credit' },
  freeUnits: { label: 'free meter units', show: formatTokens },
  otherMeters: { label: 'other meters', show: (ids) => ids || 'none' },
  credits: { label: 'credits', show: formatTokens },
  creditsExpireAfterDays: { label: 'credits expire after', show: days },
  rollover: { label: 'roll-over', show: onOff },
  overage: { label: 'overage', show: onOff },
  overageBilling: { label: 'overage is billed' },
  overagePrice: { label: 'overage price a token' },
  overageLimitTokens: { label: 'overage limit', show: formatTokens },
  otherCredits: { label: 'other credits', show: (ids) => ids || 'none' },
};

export const ENDPOINT_FIELDS: Fields<EndpointSetup> = {
  url: { label: 'address' },
  disabled: { label: 'disabled', show: (value) => (value ? 'yes' : 'no') },
  eventTypes: { label: 'event types', tell: tellEventTypes },
};

/** @returns each field that differs, in the order of the fields */
export function compare<Setup extends object>(is: Setup, wanted: Setup, fields: Fields<Setup>): Difference[] {
  return (Object.keys(fields) as (keyof Setup)[])
    .filter((name) => is[name] !== wanted[name])
    .map((name) => {
      const { label, show, tell, cure } = fields[name];
      const text = (value: Setup[typeof name]) =>
        value === null || value === undefined ? 'none' : (show?.(value) ?? String(value));
      const told = tell?.(is[name], wanted[name]) ?? { is: text(is[name]), wanted: text(wanted[name]) };
      return { field: label, ...told, cure: cure ?? null };
    });
}

function tellEventTypes(is: string, wanted: string): { is: string; wanted: string } {
  const [there, read] = [is.split(', '), wanted.split(', ')];
  const missing = read.filter((type) => !there.includes(type));
  const others = there.filter((type) => !read.includes(type));
  const parts = [
    ...(missing.length === 0 ? [] : [`without ${missing.join(', ')}`]),
    ...(others.length === 0 ? [] : [`with ${others.join(', ')}`]),
  ];
  return {
    is: is === ALL_EVENTS ? 'all there are' : parts.join(' and '),
    wanted: `the ${read.length} that the bot reads`,
  };
}
