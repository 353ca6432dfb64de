import { shifted } from './decimal.ts';

/**
 * How Dodo reads the `price_per_unit` of a credit attachment: its documents say both dollars (the guide "Build an AI
 * API platform") and the smallest unit of the currency (newer guides). A wrong guess is a factor of 100.
 */
export type OveragePriceUnit = 'dollars' | 'cents';

/** Places from micro-dollars to the unit. */
const PLACES: Record<OveragePriceUnit, number> = { dollars: -6, cents: -4 };
const MILLION = 6;

/** @returns what to send to Dodo for a price of so many micro-dollars a token */
export function overagePriceText(microDollars: number, unit: OveragePriceUnit): string {
  return shifted(String(microDollars), PLACES[unit]);
}

/** What a million tokens of overage cost, by a price that stands at Dodo. */
export interface OverageCost {
  /** The sentence that is to be confirmed before money flows. */
  sentence: string;
  /** What it would be if Dodo read the price the other way. */
  otherwise: string;
}

/**
 * @param planName as it stands at Dodo
 * @param price a decimal text, as it stands at Dodo
 * @param unit how Dodo is taken to read it
 */
export function overageCost(planName: string, price: string, unit: OveragePriceUnit): OverageCost {
  const other = unit === 'dollars' ? 'cents' : 'dollars';
  return {
    sentence: `One million overage tokens of ${planName} cost ${millionIn(price, unit)}.`,
    otherwise: `Dodo's documents do not agree on the unit of this price (${price}). It is taken as ${unit} a token; if Dodo takes it as ${other}, one million cost ${millionIn(price, other)}.`,
  };
}

function millionIn(price: string, unit: OveragePriceUnit): string {
  const dollars = shifted(price, MILLION + (unit === 'cents' ? -2 : 0));
  const [whole = '', fraction = ''] = dollars.split('.');
  // In a shell, "$5.00" would be taken for a variable.
  return `${whole}.${fraction.padEnd(2, '0')} USD`;
}
