import express, { type Router } from 'express';

/** Where Dodo's checkout sends a buyer afterwards. */
export const PAID_PATH = '/paid';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * `GET /paid`: sends the buyer back to the chat. It promises nothing: what the address says of the payment can be
 * typed by anyone, and only Dodo's webhook brings tokens.
 */
export function createPaidPage(brandName: string): Router {
  const name = escapeHtml(brandName);
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: back to the chat</title>
<style>
:root { color-scheme: light dark; }
body { font: 1.125rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem; }
</style>
</head>
<body>
<main>
<h1>You can go back to the chat</h1>
<p>If your payment went through, ${name} sends you a direct message with your new tokens, usually within a minute.</p>
<p>If it did not, nothing was charged, and your checkout link still works.</p>
</main>
</body>
</html>
`;
  const router = express.Router();
  router.get(PAID_PATH, (_request, response) => {
    response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'").type('html').send(page);
  });
  return router;
}
