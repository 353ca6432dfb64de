import type { Price } from './dodo/billing.ts';
import { formatDay } from './time.ts';

/**
 * A count of tokens that can be trusted: a safe integer, not below zero.
 * @param what names the figure in the error
 * @throws RangeError saying what came instead
 */
export function tokens(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`expected ${what} to be a whole number of tokens, zero or more; got ${value}`);
  }
  return value;
}

/**
 * Rounds a share of tokens up, so that a part of a token is never given away.
 * @param perMille the weight in thousandths
 * @throws RangeError when the product is too large to be exact
 */
export function weighTokens(count: number, perMille: number): number {
  const product = tokens(count, 'tokens to weigh') * perMille;
  return Math.ceil(tokens(product, 'weighed tokens') / 1000);
}

/** Made at its first use: the tables that come with it would hold up every start. */
let grouped: Intl.NumberFormat | undefined;

/** @returns 1234567 as "1,234,567" */
export function formatTokens(count: number): string {
  grouped ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return grouped.format(count);
}

/** @returns 1900 cents as "$19.00" */
export function formatUsd(cents: number): string {
  return `$${formatTokens(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
}

/** @returns 3500 of USD as "$35.00", of JPY as "¥3,500" */
export function formatPrice({ amount, currency }: Price): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** @returns such as "9,000,000 tokens on 2026-12-22, 5,000,000 tokens on 2027-11-22" */
export function lastingText(lasting: readonly { tokens: number; expiresAt: number }[]): string {
  return lasting.map(({ tokens, expiresAt }) => `${formatTokens(tokens)} tokens on ${formatDay(expiresAt)}`).join(', ');
}
