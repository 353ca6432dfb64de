import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import {
  type AccountDoor,
  LINK_LIFE,
  OPEN_PATH,
  type PageSession,
  SESSION_LIFE,
} from '../../core/account-page/door.ts';
import type { AccountExport } from '../../core/account-page/export.ts';
import type { AccountViews } from '../../core/account-page/view.ts';
import type { Brand } from '../../core/command.ts';
import { failureText } from '../../core/failure-text.ts';
import type { Log } from '../../core/log.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { WalletUser } from '../../core/wallet-user.ts';
import { accountPage, type Message } from './account-page.ts';
import { type ActionDeps, createActions } from './actions.ts';
import { createAssets } from './assets.ts';
import { createCookie } from './cookies.ts';
import { textField, wholeNumber } from './fields.ts';
import { securityHeaders } from './headers.ts';
import { type Html, html } from './html.ts';
import { type Frame, pageOf, plainPage } from './layout.ts';
import { faultPage, openPage, refusedPage, signedOutPage } from './open-page.ts';
import { createOurForms } from './our-form.ts';
import type { Outcome } from './outcome.ts';
import { sentenceOf } from './said.ts';

export interface AccountRouterDeps extends ActionDeps {
  door: AccountDoor;
  views: AccountViews;
  exportOf(user: WalletUser): Promise<AccountExport>;
  brand: Brand;
  secrets: Pick<Secrets, 'sign' | 'verifySignature'>;
  log: Log;
  newKey(): string;
  /** Of the bot, without a slash at the end. */
  baseUrl: string;
}

/** `/account` and everything below it. */
export function createAccountRouter(deps: AccountRouterDeps): Router {
  const { door, views } = deps;
  const { protocol, origin, pathname } = new URL(deps.baseUrl);
  const base = pathname.replace(/\/$/, '');
  const assets = createAssets(base);
  const frame: Frame = { brand: deps.brand, assets, base };
  const forms = createOurForms(deps.secrets, origin);
  const isSecure = protocol === 'https:';
  const sessionCookie = createCookie('tallybot_account', isSecure, 'lax');
  /** Ties the form behind a link to the browser that it was shown in. */
  const visitCookie = createCookie('tallybot_visit', isSecure, 'strict');
  const actions = createActions(deps);

  const router = express.Router();
  router.use('/account', securityHeaders);
  router.use(assets.router);

  const send = (response: Response, status: number, page: Html) =>
    void response.status(status).type('html').send(page.text);

  async function showAccount(
    response: Response,
    { key, session }: Visitor,
    page: number,
    message: Message | null,
    status = 200,
  ): Promise<void> {
    const view = await views.of(session.user, page);
    send(response, status, accountPage(frame, deps.catalogue, view, forms.tokenFor(key), message));
  }

  async function visitorOf(request: Request): Promise<Visitor | null> {
    const key = sessionCookie.read(request);
    const session = key === null ? null : await door.session(key);
    return key === null || session === null ? null : { key, session };
  }

  /** A page of the session's own, or the way to get one. */
  const inside = (show: (visitor: Visitor, request: Request, response: Response) => Promise<void>) =>
    async function handle(request: Request, response: Response): Promise<void> {
      const visitor = await visitorOf(request);
      if (visitor === null) return send(response, 401, signedOutPage(frame));
      await show(visitor, request, response);
    };

  /** A form of the session's own. */
  const posted = (act: (visitor: Visitor, request: Request, response: Response) => Promise<void>) =>
    inside(async (visitor, request, response) => {
      if (!forms.isOurs(request, visitor.key)) return send(response, 403, refusedPage(frame));
      await act(visitor, request, response);
    });

  async function answer(outcome: Outcome, visitor: Visitor, response: Response): Promise<void> {
    switch (outcome.kind) {
      case 'done':
        return response.redirect(303, `${base}/account?said=${outcome.said}`);
      case 'away':
        return send(response, 200, awayPage(frame, outcome.what, outcome.url));
      case 'refused':
        return showAccount(response, visitor, 1, { text: outcome.text, isBad: true }, outcome.status);
    }
  }

  router.get(OPEN_PATH, (request, response) => {
    const ticket = typeof request.query.ticket === 'string' ? request.query.ticket : '';
    const fault = door.look(ticket);
    if (fault !== null) return send(response, fault === 'bad' ? 400 : 410, faultPage(frame, fault));
    const visit = deps.newKey();
    visitCookie.set(response, visit, LINK_LIFE);
    send(response, 200, openPage(frame, ticket, forms.tokenFor(visit)));
  });

  router.use('/account', express.urlencoded({ extended: false, limit: '32kb' }));

  router.post(OPEN_PATH, async (request, response) => {
    const visit = visitCookie.read(request);
    if (visit === null || !forms.isOurs(request, visit)) return send(response, 403, refusedPage(frame));
    const opened = await door.open(textField(request, 'ticket'));
    if (opened.kind === 'refused') {
      return send(response, opened.why === 'bad' ? 400 : 410, faultPage(frame, opened.why));
    }
    visitCookie.clear(response);
    sessionCookie.set(response, opened.key, SESSION_LIFE);
    response.redirect(303, `${base}/account`);
  });

  router.get(
    '/account',
    inside(async (visitor, { query }, response) => {
      const said = sentenceOf(query.said);
      const message = said === null ? null : { text: said, isBad: false };
      await showAccount(response, visitor, wholeNumber(query.page, 1, 999_999) ?? 1, message);
    }),
  );

  router.get(
    '/account/export',
    inside(async ({ session }, _request, response) => {
      const file = `${deps.brand.name.replaceAll(/[^\w-]+/g, '-').toLowerCase()}-account.json`;
      response
        .attachment(file)
        .type('json')
        .send(JSON.stringify(await deps.exportOf(session.user), null, 2));
    }),
  );

  router.post(
    '/account/sign-out',
    posted(async ({ key }, _request, response) => {
      await door.close(key);
      sessionCookie.clear(response);
      send(response, 200, signedOutPage(frame));
    }),
  );

  for (const [name, act] of Object.entries(actions)) {
    router.post(
      `/account/${name}`,
      posted(async (visitor, request, response) => answer(await act(visitor.session, request), visitor, response)),
    );
  }

  const tellFailure: ErrorRequestHandler = (error, { method, path }, response, next) => {
    if (response.headersSent || !path.startsWith('/account')) return next(error);
    const status = Number((error as { status?: unknown }).status);
    const isTheirs = status >= 400 && status < 500;
    if (!isTheirs) deps.log.error({ err: error, method, path }, 'the account page failed');
    const text = isTheirs ? 'This request cannot be read.' : failureText(error);
    const back = html`<p role="alert">${text}</p><p><a class="button" href="${base}/account">Back to your account</a></p>`;
    send(response, isTheirs ? status : 502, plainPage(frame, 'That did not work', back));
  };
  router.use(tellFailure);
  return router;
}

interface Visitor {
  key: string;
  session: PageSession;
}

/** Leads to a page of Dodo's, at once where the browser lets it. */
function awayPage(frame: Frame, what: string, url: string): Html {
  return pageOf(frame, {
    title: 'One moment',
    refreshTo: url,
    main: html`<section class="card narrow"><h1>One moment</h1><p>You are being taken to ${what} at Dodo Payments.</p><p><a class="button" href="${url}" rel="noreferrer">Go on</a></p></section>`,
  });
}
