import type { Request } from 'express';
import type { PageSession } from '../../core/account-page/door.ts';
import type { Said } from './said.ts';

/** What came of a form: done, not done and why, or a page elsewhere. */
export type Outcome =
  | { kind: 'done'; said: Said }
  | { kind: 'refused'; status: number; text: string }
  | { kind: 'away'; what: string; url: string };

/** What one form of the page does. Throws what `failureText` can tell. */
export type Action = (session: PageSession, request: Request) => Promise<Outcome>;
