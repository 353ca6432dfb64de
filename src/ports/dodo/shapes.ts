import { z } from 'zod';
import type { Metadata } from '../../core/dodo/billing.ts';
import type { Millis } from '../../core/time.ts';
import { AmountError, parseAmount } from './amounts.ts';

/** The building blocks of what Dodo sends: lenient about unknown fields, strict about what is read. */

export const id = z.string().min(1);

/** A field that may be left out or be null; null either way. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** Tokens or cents; see parseAmount. */
export const amount = z.unknown().transform((value, context): number => {
  try {
    return parseAmount(value);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

export const optionalAmount = amount.nullish().transform((value) => value ?? null);

const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 time with its zone, as milliseconds on Dodo's clock. A time without a zone would be read as local time. */
export const instant = z.string().transform((value, context): Millis => {
  const millis = ZONED.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(millis)) return millis;
  context.addIssue({
    code: 'custom',
    message: `expected a time with its zone, came ${JSON.stringify(value.slice(0, 60))}`,
  });
  return z.NEVER;
});

export const optionalInstant = instant.nullish().transform((value) => value ?? null);

/** Dodo passes flat texts, numbers and booleans through; anything else is not ours and falls away. */
export const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value): Metadata => {
    const flat = Object.entries(value ?? {}).filter(
      (entry): entry is [string, string | number | boolean] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
    );
    return Object.fromEntries(flat);
  });

/** @returns the first thing that was wrong, as `path: expected …, came …` */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'unknown problem';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
