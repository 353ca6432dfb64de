import express, { type Request, type Router } from 'express';
import type { Notice } from '../core/account/notice-facts.ts';
import type { AccountDoor } from '../core/account-page/door.ts';
import type { ClaimOutcome, Subscribing } from '../core/buying/subscribe.ts';
import type { Brand } from '../core/chat/command.ts';
import { noticeReply } from '../core/chat/notice-text.ts';
import type { Log } from '../core/log.ts';
import { apiUserOf, type WalletUser } from '../core/wallets/wallet-user.ts';
import type { WalletView } from '../core/wallets/wallet-view.ts';
import { createAssets } from './account/assets.ts';
import { securityHeaders } from './account/headers.ts';
import { type Html, html } from './account/html.ts';
import { type Frame, plainPage } from './account/layout.ts';

/** Where a checkout of `/checkout/subscribe` sends its buyer, with a ticket behind it. */
export const CLAIM_PATH = '/claim/';

const LOOK_AGAIN_SECONDS = '4';

export interface ClaimPageDeps {
  subscribing: Pick<Subscribing, 'claim'>;
  door: Pick<AccountDoor, 'linkFor'>;
  wallet: Pick<WalletView, 'waitingNotices' | 'noticesShown'>;
  log: Pick<Log, 'warn'>;
  brand: Brand;
  /** Of the bot, without a slash at the end. */
  baseUrl: string;
}

/**
 * `/claim/<ticket>`: shows the first API key of a subscription and a code for `/link`, once, when it is paid. The
 * ticket is the only way in; the page leads nowhere with a Referer and is kept by nobody.
 */
export function createClaimPage(deps: ClaimPageDeps): Router {
  const base = new URL(deps.baseUrl).pathname.replace(/\/$/, '');
  const frame: Frame = { brand: deps.brand, assets: createAssets(base), base };
  const router = express.Router();
  router.use(CLAIM_PATH, securityHeaders);
  router.get(`${CLAIM_PATH}:ticket`, async (request, response) => {
    const outcome = isRead(request) ? await deps.subscribing.claim(String(request.params.ticket)) : WAITING;
    if (outcome.kind === 'waiting' && !outcome.isOver) response.set('refresh', LOOK_AGAIN_SECONDS);
    const page = outcome.kind === 'claimed' ? await claimedPage(frame, deps, outcome) : pageBefore(frame, outcome);
    response
      .status(outcome.kind === 'unknown' ? 404 : 200)
      .type('html')
      .send(page.text);
  });
  return router;
}

const WAITING: ClaimOutcome = { kind: 'waiting', isOver: false };

/** What nobody reads shows nothing: a look at the headers, or a browser that fetches ahead. */
function isRead(request: Request): boolean {
  const purpose = `${request.get('sec-purpose') ?? ''} ${request.get('purpose') ?? ''}`;
  return request.method === 'GET' && !/prefetch|preview/i.test(purpose);
}

function pageBefore(frame: Frame, outcome: Exclude<ClaimOutcome, { kind: 'claimed' }>): Html {
  if (outcome.kind === 'unknown') {
    return plainPage(
      frame,
      'Nothing to show',
      html`<p role="alert">Either this address is not whole, or the key was shown already: it is shown once.</p>
<p>If you did not see it, please contact whoever runs this service, with the receipt of your payment.</p>`,
    );
  }
  if (outcome.isOver) {
    return plainPage(
      frame,
      'Not paid',
      html`<p role="alert">The checkout was open for a day and no payment has come. Please subscribe again.</p>
<p>If you have paid, please contact whoever runs this service, with the receipt of your payment.</p>`,
    );
  }
  return plainPage(
    frame,
    'One moment',
    html`<p role="status">Your payment is being confirmed. This page looks again by itself, and then shows your API key, once:
please leave it open.</p>`,
  );
}

async function claimedPage(
  frame: Frame,
  { door, wallet, log, baseUrl }: ClaimPageDeps,
  { accountId, secret, code }: Extract<ClaimOutcome, { kind: 'claimed' }>,
): Promise<Html> {
  const owner = apiUserOf(accountId);
  const notices = await noticesOf(owner, wallet, log);
  return plainPage(
    frame,
    'Thank you',
    html`<p>Here is your API key. It is shown now and never again, so please keep it in a safe place:</p>
<pre><code>${secret}</code></pre>
<p>Any OpenAI client works with it and this base URL:</p>
<pre><code>${baseUrl}/v1</code></pre>
${
  code === null
    ? null
    : html`<p>To use the same tokens in chat, type this within 10 minutes. It works once:</p>
<pre><code>/link ${code}</code></pre>`
}
<p><a href="${door.linkFor(owner)}">Your account page</a> opens once with this link, within 10 minutes.</p>
${notices.map((notice) => html`<p>${noticeReply(notice, frame.brand).text.replaceAll('**', '')}</p>`)}`,
  );
}

/** What fails here must not keep the key from being shown: nobody can show it again. */
async function noticesOf(
  owner: WalletUser,
  wallet: ClaimPageDeps['wallet'],
  log: ClaimPageDeps['log'],
): Promise<readonly Notice[]> {
  try {
    const notices = await wallet.waitingNotices(owner);
    if (notices.length > 0)
      await wallet.noticesShown(
        owner,
        notices.map(({ id }) => id),
      );
    return notices;
  } catch (error) {
    log.warn({ err: error }, 'notices could not be shown; they go on waiting');
    return [];
  }
}
