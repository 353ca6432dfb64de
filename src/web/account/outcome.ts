import type { Request } from 'express';
import type { PageSession } from '../../core/account-page/door.ts';
import type { Reply } from '../../core/chat/chat.ts';
import type { Said } from './said.ts';

/** What came of a form. */
export type Outcome =
  | { kind: 'done'; said: Said }
  /** Not done, and why. */
  | { kind: 'refused'; status: number; text: string }
  /** Something to read, and perhaps to confirm. */
  | { kind: 'reply'; title: string; reply: Reply }
  /** A page of Dodo's. */
  | { kind: 'away'; what: string; url: string }
  /** A new API key, to be shown this once. */
  | { kind: 'key'; secret: string }
  /** Nothing is left that the session could show. */
  | { kind: 'erased' };

/** What one form of the page does. Throws what `failureText` can tell. */
export type Action = (session: PageSession, request: Request) => Promise<Outcome>;
