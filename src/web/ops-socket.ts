import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { Log } from '../core/log.ts';
import { type OpsAnswer, OpsProblem, type OpsRequest } from '../core/ops/op.ts';

/** Operator commands for a bot whose store is its own, by way of a Unix socket beside the store. */
export interface OpsSocket {
  /** Never throws: a bot without it runs, and is told of in the log. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** What came of a command. */
export type OpsReply = { kind: 'answer'; answer: OpsAnswer } | { kind: 'problem'; message: string };

/**
 * A socket in the file system, which only the bot's own user can open: unlike a port it is behind no proxy and in no
 * browser's reach, so it needs no token.
 * @param path at most about 100 characters, as the system has it (man 7 unix)
 */
export function createOpsSocket(deps: {
  path: string;
  run(request: OpsRequest): Promise<OpsAnswer>;
  log: Log;
}): OpsSocket {
  const { path, log } = deps;
  const server = createServer(createRoute(deps));

  return {
    async listen() {
      // Of a bot that was killed: nobody else has the store while we hold its lock.
      rmSync(path, { force: true });
      const problem = await bindPrivately(server, path);
      if (problem === null) return;
      log.warn({ err: problem, path }, 'operator commands that change something need the bot stopped');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createRoute({ run, log }: { run(request: OpsRequest): Promise<OpsAnswer>; log: Log }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.post('/', express.json(), async (request, response) => {
    const told = request.body as OpsRequest;
    const reply = await run(told).then(
      (answer): OpsReply => ({ kind: 'answer', answer }),
      (error: unknown): OpsReply => {
        if (!(error instanceof OpsProblem))
          log.warn({ err: error, command: told.command }, 'an operator command failed');
        return { kind: 'problem', message: error instanceof Error ? error.message : String(error) };
      },
    );
    response.json(reply);
  });
  return app;
}

/** The mask is this process's, and is set only while the file is made, which happens within the call. */
function bindPrivately(server: Server, path: string): Promise<Error | null> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    // What ends the bot need not know of it.
    server.unref();
    const before = process.umask(0o177);
    try {
      server.listen(path, () => resolve(null));
    } finally {
      process.umask(before);
    }
  });
}
