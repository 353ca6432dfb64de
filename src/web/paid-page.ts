import express, { type Router } from 'express';

/** Where the checkout sends a buyer afterwards. */
export const PAID_PATH = '/paid';

/**
 * `/paid`: where a buyer comes back to from the checkout. What Dodo adds to the address is not proof of anything, so
 * the page says only what is always true; the DM says the rest.
 */
export function createPaidPage(brandName: string): Router {
  const router = express.Router();
  const page = pageFor(escapeHtml(brandName));
  router.get(PAID_PATH, (_request, response) => {
    response
      .set('content-security-policy', "default-src 'none'; img-src data:; style-src 'unsafe-inline'")
      .set('cache-control', 'no-store')
      .type('html')
      .send(page);
  });
  return router;
}

function pageFor(brand: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${brand}</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem }</style>
<main>
<h1>Thank you</h1>
<p>If your payment went through, ${brand} will send you a direct message as soon as the tokens are in your wallet,
usually within a minute. You can close this page and go back to your chat.</p>
</main>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
