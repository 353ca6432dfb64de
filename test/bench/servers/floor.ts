import type { AddressInfo } from 'node:net';
import express from 'express';
import OpenAI from 'openai';

/** The floor: a route that only calls the model, with the same SDK. */
const client = new OpenAI({ apiKey: 'sk-bench', baseURL: process.env.OPENAI_BASE_URL ?? '', maxRetries: 0 });
const app = express();
app.post('/api/generate', express.json(), async (request, response) => {
  const completion = await client.chat.completions.create({
    model: 'gpt-5.4-mini',
    messages: [{ role: 'user', content: String(request.body.prompt) }],
  });
  response.json({ text: completion.choices[0]?.message.content, tokens_used: completion.usage?.total_tokens });
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
