import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { SlackWorld } from './world.ts';

/** Whatever the simulator does not have is recorded and answered with 501, so that no test passes by accident. */
export function refuseUnknown(world: SlackWorld): RequestHandler {
  return (request, response) => {
    const method = `${request.method} ${request.path}`;
    world.store.requests.push({ at: world.now(), method, args: { ...request.query }, status: 501, unexpected: true });
    response.status(501).json({ ok: false, error: 'not_in_this_simulator', route: method });
  };
}

/** A body that cannot be read is answered as Slack does. Source: https://docs.slack.dev/apis/web-api */
export const answerBadBody: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent || !(error instanceof SyntaxError)) return next(error);
  const json = request.headers['content-type']?.includes('json');
  response.status(200).json({ ok: false, error: json ? 'invalid_json' : 'invalid_form_data' });
};
