import { z } from 'zod';

/** A decimal of Dodo's, as text or as a number, without zeros that say nothing; null when there is none. */
export const optionalDecimal = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value, context): string | null => {
    if (value === null || value === undefined) return null;
    // A number such as 0.000005 would be written as 5e-6.
    const text = typeof value === 'number' ? value.toFixed(12) : value;
    if (!/^\d+(\.\d+)?$/.test(text)) {
      context.addIssue({ code: 'custom', message: `expected a decimal number, came ${JSON.stringify(value)}` });
      return z.NEVER;
    }
    const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    return plain.replace(/^0+(?=\d)/, '');
  });
