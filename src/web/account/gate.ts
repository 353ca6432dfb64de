import type { Request, RequestHandler, Response } from 'express';
import { type AccountDoor, type PageSession, SESSION_LIFE } from '../../core/account-page/door.ts';
import type { PageCookie } from './cookies.ts';
import type { Html } from './html.ts';
import type { Frame } from './layout.ts';
import { refusedPage, signedOutPage } from './open-page.ts';
import type { OurForms } from './our-form.ts';

/** Somebody with a session; `key` is that of their cookie. */
export interface Visitor {
  key: string;
  session: PageSession;
}

export type Inside = (visitor: Visitor, request: Request, response: Response) => Promise<void>;

/** Lets requests through that carry a session, and posts that come from a form of it. */
export interface Gate {
  inside(act: Inside): RequestHandler;
  posted(act: Inside): RequestHandler;
  /** The browser has this session from now on. */
  letIn(response: Response, key: string): void;
  /** Ends the session, wherever its cookie is. */
  letOut(response: Response, key: string): Promise<void>;
}

/** Answers with a page. */
export function send(response: Response, status: number, page: Html): void {
  response.status(status).type('html').send(page.text);
}

export function createGate(deps: { door: AccountDoor; forms: OurForms; cookie: PageCookie; frame: Frame }): Gate {
  const { door, forms, cookie, frame } = deps;

  const inside =
    (act: Inside): RequestHandler =>
    async (request, response) => {
      const key = cookie.read(request);
      const session = key === null ? null : await door.session(key);
      if (key === null || session === null) return send(response, 401, signedOutPage(frame));
      await act({ key, session }, request, response);
    };

  return {
    inside,
    posted: (act) =>
      inside(async (visitor, request, response) => {
        if (!forms.isOurs(request, visitor.key)) return send(response, 403, refusedPage(frame));
        await act(visitor, request, response);
      }),
    letIn: (response, key) => cookie.set(response, key, SESSION_LIFE),
    async letOut(response, key) {
      await door.close(key);
      cookie.clear(response);
    },
  };
}
