import type { z } from 'zod';
import { DodoTextError, invalidParameters } from './errors.ts';

/** A request as the routes see it. */
export interface ApiRequest {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: unknown;
}

/** An answer; without a body it is empty. */
export interface ApiReply {
  status: number;
  body?: object;
}

/** One operation of the API. `path` is written as the API reference writes it: `/customers/{customer_id}`. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  handle(request: ApiRequest): ApiReply;
}

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

/** One page of a list, the first being page 0 (https://docs.dodopayments.com/api-reference/introduction). */
export function page<T>(items: readonly T[], query: ApiRequest['query']): { items: T[] } {
  const size = readCount(query, 'page_size') ?? DEFAULT_PAGE_SIZE;
  const number = readCount(query, 'page_number') ?? 0;
  if (size > MAX_PAGE_SIZE) throw invalidParameters(`page_size must be at most ${MAX_PAGE_SIZE}, got ${size}`);
  return { items: items.slice(number * size, (number + 1) * size) };
}

/** One page with the newest item first. */
export function newestFirst<T>(oldestFirst: Iterable<T>, query: ApiRequest['query']): { items: T[] } {
  return page([...oldestFirst].reverse(), query);
}

export function readCount(query: ApiRequest['query'], name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new DodoTextError(400, `Failed to deserialize query string: ${name}: invalid digit found in string`);
  }
  return Number(text);
}

export function readFlag(query: ApiRequest['query'], name: string): boolean | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  if (text !== 'true' && text !== 'false') {
    throw new DodoTextError(
      400,
      `Failed to deserialize query string: ${name}: provided string was not \`true\` or \`false\``,
    );
  }
  return text === 'true';
}

/** A date in ms. */
export function readDate(query: ApiRequest['query'], name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw new DodoTextError(400, `Failed to deserialize query string: ${name}: input contains invalid characters`);
  }
  return ms;
}

/** Whether an ISO time lies in [from, to]; an absent bound does not count. */
export function within(iso: string, from: number | undefined, to: number | undefined): boolean {
  const ms = Date.parse(iso);
  return (from === undefined || ms >= from) && (to === undefined || ms <= to);
}

/**
 * Checks a body and gives it the vendor's request type. The schema covers every field the simulator reads.
 * @throws DodoTextError 422 in the vendor's words when the body does not deserialize
 */
export function readBody<T>(schema: z.ZodType, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data as T;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const missing = issue?.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const detail = missing
    ? `missing field \`${issue.path.at(-1)?.toString() ?? ''}\``
    : `${field}: ${issue?.message ?? ''}`;
  throw new DodoTextError(422, `Failed to deserialize the JSON body into the target type: ${detail}`);
}

/** A path parameter that the route's own path names. */
export function param(request: ApiRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`the route has no path parameter ${name}`);
  return value;
}
