import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startHttpServer } from '../../src/sandbox/http-server.ts';

/** Asks a model that only a proxy could reach, and prints what it says. */
const ASK = `
  const { createOpenAiModel } = await import('./src/ports/openai/openai-model.ts');
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const model = createOpenAiModel({ apiKey: 'sk-right', baseUrl: 'http://model.invalid/v1', log });
  const request = { askId: 'ask_1', model: 'm', messages: [], maxOutputTokens: 5, safetyIdentifier: 'x' };
  for await (const chunk of model.stream(request, new AbortController().signal)) console.log(JSON.stringify(chunk));
  process.exit();`;

async function ask(env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', ASK], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return stdout;
}

it('a model is asked through the proxy that node is told to use', async () => {
  const asked: string[] = [];
  const proxy = await startHttpServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const choice = { index: 0, delta: { content: 'By proxy.' }, finish_reason: 'stop' };
    response.end(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`);
  });
  onTestFinished(() => proxy.close());
  const told = await ask({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url });
  expect(told).toBe('{"kind":"text","text":"By proxy."}\n{"kind":"end","reason":"stop"}\n');
  expect(asked).toEqual(['http://model.invalid/v1/chat/completions']);
  await expect(ask({ HTTP_PROXY: proxy.url })).rejects.toThrow('ModelError');
});
