import express, { type Router } from 'express';
import { within } from '../core/within.ts';

/** Something that must work before this process is sent traffic; throws when it does not. */
export interface ReadinessCheck {
  name: string;
  check(): Promise<void>;
}

/** Longer than this and a check counts as failed. */
const CHECK_WITHIN_MS = 3_000;

/** `/healthz`: the process lives. `/readyz`: everything it needs answers. `/metrics`: figures for Prometheus. */
export function createHealth(
  checks: readonly ReadinessCheck[],
  metrics: { contentType: string; render(): Promise<string> },
): Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const results = await runChecks(checks);
    const isReady = [...results.values()].every((passes) => passes);
    response.status(isReady ? 200 : 503).json({
      status: isReady ? 'ready' : 'not_ready',
      checks: Object.fromEntries([...results].map(([name, passes]) => [name, passes ? 'ok' : 'failed'])),
    });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.render());
  });
  return router;
}

/** @returns each check's name, and whether it passes */
export async function runChecks(checks: readonly ReadinessCheck[]): Promise<ReadonlyMap<string, boolean>> {
  return new Map(await Promise.all(checks.map(async ({ name, check }) => [name, await passes(check)] as const)));
}

async function passes(check: () => Promise<void>): Promise<boolean> {
  const result = check().then(
    () => true,
    () => false,
  );
  return (await within(result, CHECK_WITHIN_MS)) === true;
}
