import express, { type Router } from 'express';
import type { Brand } from '../core/chat/command.ts';
import { createAssets } from './account/assets.ts';
import { securityHeaders } from './account/headers.ts';
import { html } from './account/html.ts';
import { plainPage } from './account/layout.ts';

/** Where the checkout sends a buyer afterwards. */
export const PAID_PATH = '/paid';

/**
 * `/paid`: where a buyer comes back to from the checkout. What Dodo adds to the address is not proof of anything, so
 * the page says only what is always true; the DM says the rest.
 * @param baseUrl of the bot, without a slash at the end
 */
export function createPaidPage({ brand, baseUrl }: { brand: Brand; baseUrl: string }): Router {
  const base = new URL(baseUrl).pathname.replace(/\/$/, '');
  const router = express.Router();
  const page = plainPage(
    { brand, assets: createAssets(base), base },
    'Thank you',
    html`<p>If your payment went through, ${brand.name} will send you a direct message as soon as the tokens are in your wallet,
usually within a minute. You can close this page and go back to your chat.</p>
<p>If you came from your account page, you can <a href="${base}/account">go back to it</a>.</p>`,
  );
  router.get(PAID_PATH, securityHeaders, (_request, response) => {
    response.type('html').send(page.text);
  });
  return router;
}
