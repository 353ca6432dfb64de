import type { Request } from 'express';

/** @returns one text field of a posted form; empty when it is missing or came more than once */
export function textField({ body }: Request, name: string): string {
  const value: unknown = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** @returns every value of a field that may come more than once */
export function textFields({ body }: Request, name: string): string[] {
  const value: unknown = (body as Record<string, unknown> | undefined)?.[name];
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}

/** @returns a whole number of the query or of a field within these bounds; null when it is none */
export function wholeNumber(text: unknown, least: number, most: number): number | null {
  const value = typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}
