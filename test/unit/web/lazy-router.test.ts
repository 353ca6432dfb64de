import express, { type Router } from 'express';
import { afterEach, expect, it } from 'vitest';
import { type RunningServer, startHttpServer } from '../../../src/sandbox/http-server.ts';
import { createLazyRouter } from '../../../src/web/lazy-router.ts';

let server: RunningServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** An app with a page that is loaded by its first request, and others behind it. */
async function appWith(load: () => Promise<Router>): Promise<(path: string) => Promise<string>> {
  const app = express();
  app.use(createLazyRouter('/page', load));
  app.get('/page/elsewhere', (_request, response) => void response.send('elsewhere'));
  app.get('/pages', (_request, response) => void response.send('pages'));
  app.use(
    ((error, _request, response, _next) =>
      void response.status(500).send(error.message)) satisfies express.ErrorRequestHandler,
  );
  const running = await startHttpServer(app);
  server = running;
  return async (path) => (await fetch(`${running.url}${path}`)).text();
}

function page(): Router {
  const router = express.Router();
  router.get('/page', (_request, response) => void response.send('page'));
  router.get('/page/:name', ({ params }, response, next) => {
    if (params.name === 'elsewhere') return next();
    response.send(`below: ${params.name}`);
  });
  return router;
}

it('loads a router once, for the first who ask for its path or below it', async () => {
  let loads = 0;
  const get = await appWith(async () => {
    loads += 1;
    return page();
  });
  expect(await get('/pages')).toBe('pages');
  expect(loads).toBe(0);
  expect(await Promise.all([get('/page'), get('/page/here'), get('/Page')])).toEqual(['page', 'below: here', 'page']);
  expect(loads).toBe(1);
});

it('passes on what the router does not answer', async () => {
  const get = await appWith(async () => page());
  expect(await get('/page/elsewhere')).toBe('elsewhere');
});

it('tells the error handler when the router cannot be loaded, and loads it again for the next', async () => {
  let loads = 0;
  const get = await appWith(async () => {
    loads += 1;
    if (loads === 1) throw new Error('no such file');
    return page();
  });
  expect(await get('/page')).toBe('no such file');
  expect(await get('/page')).toBe('page');
});
