import type { AddressInfo } from 'node:net';
import DodoPayments from 'dodopayments';
import express from 'express';

/** A webhook route that verifies and answers, and keeps nothing. */
const client = new DodoPayments({ bearerToken: 'bench', webhookKey: process.env.DODO_PAYMENTS_WEBHOOK_KEY ?? '' });
const app = express();
app.post('/webhooks/dodo', express.raw({ type: () => true }), (request, response) => {
  client.webhooks.unwrap(request.body.toString('utf8'), { headers: request.headers as Record<string, string> });
  response.json({ received: true });
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
// Without it the profile of the process would not be written.
process.once('SIGTERM', () => process.exit());
