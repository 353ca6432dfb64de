import express, { type Response, type Router } from 'express';
import type { AccountDoor } from '../../core/account-page/door.ts';
import type { AccountExport } from '../../core/account-page/export.ts';
import type { AccountViews } from '../../core/account-page/view.ts';
import type { Log } from '../../core/log.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { WalletUser } from '../../core/wallets/wallet-user.ts';
import { accountPage, type News, type PageFacts } from './account-page.ts';
import { type ActionDeps, createActions } from './actions.ts';
import { createAssets } from './assets.ts';
import { createCookie } from './cookies.ts';
import { erasedPage, erasePage } from './erase-page.ts';
import { createErrorPages } from './error-pages.ts';
import { wholeNumber } from './fields.ts';
import { createFormOf } from './form.ts';
import { createGate, send, type Visitor } from './gate.ts';
import { securityHeaders } from './headers.ts';
import type { Frame } from './layout.ts';
import { createLinkRoutes } from './link-routes.ts';
import { signedOutPage } from './open-page.ts';
import { createOurForms } from './our-form.ts';
import type { Outcome } from './outcome.ts';
import { awayPage, replyPage } from './reply-page.ts';
import { sentenceOf } from './said.ts';

export interface AccountRouterDeps extends ActionDeps {
  door: AccountDoor;
  views: AccountViews;
  exportOf(user: WalletUser): Promise<AccountExport>;
  secrets: Pick<Secrets, 'sign' | 'verifySignature'>;
  log: Log;
  newKey(): string;
  /** Of the bot, without a slash at the end. */
  baseUrl: string;
}

/** Of a posted form. */
const FORM_LIMIT = '32kb';

/** `/account` and everything below it. */
export function createAccountRouter(deps: AccountRouterDeps): Router {
  const { door, views, newKey } = deps;
  const { protocol, origin, pathname } = new URL(deps.baseUrl);
  const base = pathname.replace(/\/$/, '');
  const assets = createAssets(base);
  const frame: Frame = { brand: deps.brand, assets, base };
  const facts: PageFacts = { frame, catalogue: deps.catalogue, apiUrl: deps.baseUrl };
  const forms = createOurForms(deps.secrets, origin);
  const isSecure = protocol === 'https:';
  const gate = createGate({ door, forms, frame, cookie: createCookie('tallybot_account', isSecure, 'lax') });
  const visitCookie = createCookie('tallybot_visit', isSecure, 'strict');

  async function showAccount(
    response: Response,
    { key, session }: Visitor,
    { page = 1, status = 200, ...news }: Partial<News> & { page?: number; status?: number },
  ): Promise<void> {
    const view = await views.of(session.user, page);
    const shown = accountPage(facts, view, forms.tokenFor(key), { message: null, secret: null, ...news });
    send(response, status, shown);
  }

  async function answer(outcome: Outcome, visitor: Visitor, response: Response): Promise<void> {
    switch (outcome.kind) {
      case 'done':
        return response.redirect(303, `${base}/account?said=${outcome.said}`);
      case 'away':
        return send(response, 200, awayPage(frame, outcome.what, outcome.url));
      case 'reply':
        return send(response, 200, replyPage(frame, outcome, createFormOf(base, forms.tokenFor(visitor.key))));
      case 'key':
        return showAccount(response, visitor, { secret: outcome.secret });
      case 'refused':
        return showAccount(response, visitor, {
          message: { text: outcome.text, isBad: true },
          status: outcome.status,
        });
      case 'erased':
        await gate.letOut(response, visitor.key);
        return send(response, 200, erasedPage(frame));
    }
  }

  const router = express.Router();
  router.use('/account', securityHeaders);
  router.use(assets.router);
  router.use('/account', express.urlencoded({ extended: false, limit: FORM_LIMIT }));
  router.use(createLinkRoutes({ door, forms, gate, frame, visitCookie, newKey }));

  router.get(
    '/account',
    gate.inside(async (visitor, { query }, response) => {
      const said = sentenceOf(query.said);
      const message = said === null ? null : { text: said, isBad: false };
      await showAccount(response, visitor, { message, page: wholeNumber(query.page, 1, 999_999) ?? 1 });
    }),
  );
  router.get(
    '/account/export',
    gate.inside(async ({ session }, _request, response) => {
      const file = `${deps.brand.name.replaceAll(/[^\w-]+/g, '-').toLowerCase()}-account.json`;
      const data = await deps.exportOf(session.user);
      response
        .attachment(file)
        .type('json')
        .send(JSON.stringify(data, null, 2));
    }),
  );
  router.get(
    '/account/erase',
    gate.inside(async ({ key, session: { user } }, _request, response) => {
      const [view, refusal] = [await views.of(user, 1), await deps.erasing.refusal(user)];
      send(response, 200, erasePage(frame, view, refusal, createFormOf(base, forms.tokenFor(key))));
    }),
  );
  router.post(
    '/account/sign-out',
    gate.posted(async ({ key }, _request, response) => {
      await gate.letOut(response, key);
      send(response, 200, signedOutPage(frame));
    }),
  );
  for (const [name, act] of Object.entries(createActions(deps))) {
    router.post(
      `/account/${name}`,
      gate.posted(async (visitor, request, response) => answer(await act(visitor.session, request), visitor, response)),
    );
  }
  router.use(createErrorPages(frame, deps.log));
  return router;
}
