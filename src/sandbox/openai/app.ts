import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { errorForStatus, OpenAiApiError } from './api-error.ts';
import { type ChatDeps, leaveOpen } from './chat-route.ts';
import { OPENAI_ROUTES } from './routes.ts';
import { createOutcome, type RecordedRequest } from './store.ts';

/** What the HTTP side needs. */
interface OpenAiAppDeps extends ChatDeps {
  requests: RecordedRequest[];
  apiKey: string | undefined;
  newId: () => string;
}

/** The Express app: records every request, then authenticates, routes, and answers 501 to what it does not know. */
export function createOpenAiApp(deps: OpenAiAppDeps): Express {
  const app = express();
  const records = new WeakMap<Request, RecordedRequest>();
  app.disable('x-powered-by');
  app.use((req, res, next) => {
    const record: RecordedRequest = {
      id: deps.newId(),
      at: new Date(deps.now()),
      method: req.method,
      path: req.path,
      headers: req.headers,
      body: undefined,
      outcome: createOutcome(),
    };
    deps.requests.push(record);
    records.set(req, record);
    res.setHeader('x-request-id', `req_${record.id}`);
    next();
  });
  app.use(express.json({ limit: '20mb' }));
  app.use((req, res, next) => {
    const record = recordOf(req);
    record.body = req.body;
    const down = deps.faults.currentOutage();
    if (down === 'hang') leaveOpen(record, res, deps.closing());
    else if (down === 'close') {
      record.outcome.state = 'cut';
      res.destroy();
    } else if (down !== null) throw errorForStatus(down);
    else next();
  });
  app.use((req, _res, next) => {
    authenticate(req.get('authorization'), deps.apiKey);
    next();
  });
  for (const route of OPENAI_ROUTES) {
    app[route.method](route.path, (req: Request<Record<string, string>>, res) =>
      route.answer(deps, recordOf(req), res, req.params),
    );
  }
  app.use((req) => {
    const message = `The OpenAI simulator has no route ${req.method} ${req.path}.`;
    throw new OpenAiApiError(501, message, { type: 'simulator_error', code: 'not_simulated' });
  });
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    const refusal = toApiError(error);
    const { outcome } = recordOf(req);
    if (res.headersSent) {
      outcome.state = 'cut';
      res.destroy();
      return;
    }
    outcome.state = 'refused';
    outcome.status = refusal.status;
    outcome.errorCode = refusal.body.error.code;
    if (refusal.status === 429) res.setHeader('retry-after-ms', '20');
    res.status(refusal.status).json(refusal.body);
  });

  function recordOf(req: Request): RecordedRequest {
    const record = records.get(req);
    if (!record) throw new Error(`expected ${req.method} ${req.path} to have been recorded, got no record`);
    return record;
  }

  return app;
}

function authenticate(header: string | undefined, apiKey: string | undefined): void {
  const key = /^Bearer (\S+)$/.exec(header ?? '')?.[1];
  if (!key) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
    throw new OpenAiApiError(401, message);
  }
  if (apiKey !== undefined && key !== apiKey) throw errorForStatus(401);
}

function toApiError(error: unknown): OpenAiApiError {
  if (error instanceof OpenAiApiError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 400) {
    const message = 'We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.';
    return new OpenAiApiError(400, message);
  }
  if (status === 413) return new OpenAiApiError(413, 'The request body is too large.');
  const message = `The OpenAI simulator failed: ${error instanceof Error ? error.message : String(error)}`;
  return new OpenAiApiError(500, message, { type: 'simulator_error' });
}
