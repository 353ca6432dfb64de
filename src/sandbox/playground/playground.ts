import { fileURLToPath } from 'node:url';
import express from 'express';
import { startHttpServer } from '../http-server.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { createPlaygroundApi } from './api.ts';

export interface Playground {
  url: string;
  close(): Promise<void>;
}

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

/**
 * Serves the page at which one is a member of Discord and of Slack, beside both books.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startPlayground(sandbox: Sandbox, port: number): Promise<Playground> {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({ 'content-security-policy': POLICY, 'cache-control': 'no-store' });
    next();
  });
  app.use('/api', createPlaygroundApi(sandbox));
  app.use(express.static(fileURLToPath(new URL('./page', import.meta.url))));
  return startHttpServer(app, port);
}
