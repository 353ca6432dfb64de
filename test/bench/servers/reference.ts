import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import DodoPayments from 'dodopayments';
import express from 'express';
import OpenAI from 'openai';

/**
 * The plainest way to do the same job, and the thing to beat: ask Dodo for the balance, call the model, answer, and
 * ingest one usage event for each request. Nothing is held, batched or kept.
 */
const env = process.env;
const openai = new OpenAI({ apiKey: 'sk-bench', baseURL: env.OPENAI_BASE_URL ?? '', maxRetries: 0 });
const dodo = new DodoPayments({ bearerToken: 'bench', baseURL: env.DODO_PAYMENTS_BASE_URL ?? '', maxRetries: 0 });
const app = express();
app.post('/api/generate', express.json(), async (request, response) => {
  const customerId = String(request.headers.authorization).replace('Bearer ', '');
  const { balance } = await dodo.creditEntitlements.balances.retrieve(customerId, {
    credit_entitlement_id: 'cde_tokens',
  });
  if (Number(balance) <= 0) {
    response.status(402).json({ error: 'out of tokens' });
    return;
  }
  const completion = await openai.chat.completions.create({
    model: 'gpt-5.4-mini',
    messages: [{ role: 'user', content: String(request.body.prompt) }],
  });
  const tokens = completion.usage?.total_tokens ?? 0;
  response.json({ text: completion.choices[0]?.message.content, tokens_used: tokens });
  const event = {
    event_id: randomUUID(),
    customer_id: customerId,
    event_name: 'api.tokens_used',
    metadata: { tokens },
  };
  await dodo.usageEvents.ingest({ events: [event] });
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
