import express, { type Router } from 'express';

/**
 * A router that the first request to `path`, or below it, loads: a start need not wait for what few requests want. The
 * paths of the router that `load` makes are whole ones. A request that it cannot be loaded for is an error.
 */
export function createLazyRouter(path: string, load: () => Promise<Router>): Router {
  const router = express.Router();
  let loading: Promise<Router> | null = null;

  function loaded(): Promise<Router> {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  router.all(`${path}{/*below}`, async (request, response, next) => {
    (await loaded())(request, response, next);
  });
  return router;
}
