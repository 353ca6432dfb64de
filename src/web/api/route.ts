import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { OpenedWallet } from '../../core/wallets/api-keys.ts';
import { HttpProblem } from '../errors.ts';

/** Whose key a request carries. */
export type Caller = OpenedWallet;

export interface Answer {
  description: string;
  schema: z.ZodType;
  /** Also answered in this type, by request. */
  stream?: boolean;
}

/** One route of the HTTP API: what does it, and what the OpenAPI document says of it. */
export type ApiRoute = {
  method: 'get' | 'post';
  /** As Express has it, such as `/credits/:customerId`. */
  path: string;
  id: string;
  summary: string;
  body?: { schema: z.ZodType; isOptional?: boolean };
  /** `Idempotency-Key` is honoured. */
  isIdempotent?: boolean;
  answer: Answer;
  /** Statuses of errors that it may answer with, beside 401, 413, 500 and, of a store that is down, 503. */
  errors: readonly number[];
} & (
  | { isOpen: true; handle(request: Request, response: Response): Promise<void> | void }
  | { isOpen?: false; handle(request: Request, response: Response, caller: Caller): Promise<void> | void }
);

/** @throws HttpProblem naming the first thing that is not as expected */
export function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const outcome = schema.safeParse(body ?? {});
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  const param = (issue?.path ?? []).map(String).join('.');
  const what = issue?.message ?? 'Invalid request';
  throw new HttpProblem({
    status: 400,
    code: 'invalid_request',
    message: param === '' ? what : `${param}: ${what}`,
    ...(param === '' ? {} : { param }),
  });
}
