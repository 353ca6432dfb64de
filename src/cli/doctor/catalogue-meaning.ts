import type { Fields } from '../../core/setup/compare.ts';
import type { EntitlementSetup, MeterSetup, ProductSetup } from '../../core/setup/setup.ts';
import type { Finding } from './check.ts';

/** What it means when a field at Dodo is not as the catalogue has it. */
interface Meaning {
  severity: Finding['severity'];
  symptom?: string;
}

/** By field. */
export type Meanings<Setup> = { [Field in keyof Setup]: Meaning };

const harmless: Meaning = { severity: 'warning' };
const serious = (symptom: string): Meaning => ({ severity: 'error', symptom });
const notable = (symptom: string): Meaning => ({ severity: 'warning', symptom });

export const ENTITLEMENT_MEANINGS: Meanings<EntitlementSetup> = {
  name: harmless,
  unit: harmless,
  precision: serious('balances that are not confirmed: Dodo counts parts of a token, the bot whole ones'),
  expiresAfterDays: harmless,
  rollover: notable('members keep tokens of which the bot says that they are gone'),
  overage: notable('overage where none is meant: what is attached to products without a word of it has it'),
};

export const METER_MEANINGS: Meanings<MeterSetup> = {
  name: harmless,
  eventName: serious('credits are not deducted: the meter does not see what the bot sends'),
  aggregation: serious('credits are not deducted rightly: the meter does not add tokens up'),
  over: serious('credits are not deducted: the meter looks at another property of the event'),
  unit: harmless,
  filtered: serious('credits are not deducted for what the filter leaves out'),
};

export const PRODUCT_MEANINGS: Meanings<ProductSetup> = {
  name: harmless,
  pricing: serious(
    'credits are not deducted, or it cannot be bought as the bot says: only a usage-based plan carries a meter',
  ),
  currency: serious('members pay another price than the bot says'),
  cents: serious('members pay another price than the bot says'),
  paidEvery: serious('members are charged, and get tokens, at other times than the bot says'),
  runsFor: serious('plans end by themselves: this is the length of the contract, not of the cycle'),
  meterId: serious('credits are not deducted, and overage does not work: the meter is not attached'),
  meterTakesFrom: serious('credits are not deducted: the meter bills money, or takes credits of something else'),
  unitsPerCredit: serious('credits are deducted at another rate than one a token'),
  freeUnits: notable('credits are not deducted for the first tokens of a cycle'),
  otherMeters: serious('credits are deducted twice, or members are billed for something that is not of this bot'),
  credits: serious('balance is always zero, or another number of tokens is added than the bot says'),
  creditsExpireAfterDays: notable('tokens are gone earlier, or last longer, than the bot says'),
  rollover: notable('members keep tokens of which the bot says that they are gone'),
  overage: serious('overage does not work: it is on where it is to be off, or the other way round'),
  overageBilling: serious('overage does not work: it is forgiven, or carried over, instead of billed'),
  overagePrice: serious('overage does not work as the bot says: it is billed at another price'),
  overageLimitTokens: notable('overage ends earlier, or goes on longer, than the catalogue says'),
  otherCredits: harmless,
};

/** @returns what it means that the field with this label differs */
export function meaningOf<Setup extends object>(
  fields: Fields<Setup>,
  meanings: Meanings<Setup>,
  label: string,
): Meaning {
  const name = (Object.keys(fields) as (keyof Setup)[]).find((one) => fields[one].label === label);
  return name === undefined ? harmless : meanings[name];
}
