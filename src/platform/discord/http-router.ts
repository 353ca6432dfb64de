import type { APIInteraction, APIInteractionResponse } from 'discord.js';
import { InteractionResponseType, InteractionType } from 'discord.js';
import express, { type ErrorRequestHandler, type Response, type Router } from 'express';
import { PlatformError } from '../../core/chat/chat.ts';
import type { Log } from '../../core/log.ts';
import { INTERACTIONS_PATH } from './endpoint.ts';
import type { VerifySignature } from './signature.ts';

export interface HttpRouterOptions {
  isSigned: VerifySignature;
  /** Takes an interaction that is no PING; `respond` writes the answer to the request. Never throws. */
  receive(interaction: APIInteraction, respond: (response: APIInteractionResponse) => Promise<void>): Promise<void>;
  /** False while shutting down. */
  isOpen(): boolean;
  log: Log;
}

const LARGEST_BODY = 1024 * 1024;

/** `POST /discord/interactions`. To be mounted before anything that reads bodies. */
export function createHttpRouter({ isSigned, receive, isOpen, log }: HttpRouterOptions): Router {
  const router = express.Router();

  router.post(
    INTERACTIONS_PATH,
    express.raw({ type: () => true, limit: LARGEST_BODY, inflate: false }),
    async (request, response) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      if (!isSigned(body, request.get('x-signature-ed25519'), request.get('x-signature-timestamp'))) {
        sendError(response, 401, 'bad_signature', 'The signature of the request is not right.');
        return;
      }
      const interaction = readBody(body);
      if (interaction === null) {
        sendError(response, 400, 'invalid_body', 'The body is no interaction in JSON.');
        return;
      }
      if (interaction.type === InteractionType.Ping) {
        response.json({ type: InteractionResponseType.Pong });
        return;
      }
      if (!isOpen()) {
        sendError(response, 503, 'shutting_down', 'The server is shutting down.');
        return;
      }
      await receive(interaction, (answer) => sendAnswer(response, answer));
      // Accepted, and nothing to show: Discord's word for it is 202 with an empty body.
      if (!response.headersSent) response.status(202).end();
    },
  );

  const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = bodyErrorStatus(error);
    if (status === 500)
      log.error({ requestId: response.get('x-request-id'), fault: String(error) }, 'an interaction request failed');
    if (status === 413) sendError(response, 413, 'body_too_large', 'The body is larger than 1 MB.');
    else if (status === 500) sendError(response, 500, 'internal', 'Something went wrong.');
    else sendError(response, status, 'invalid_body', 'The body cannot be read.');
  };
  router.use(INTERACTIONS_PATH, onError);
  return router;
}

/** Resolves when the answer has left, since the message it makes can be edited only then. */
function sendAnswer(response: Response, answer: APIInteractionResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed || response.headersSent) {
      reject(new PlatformError('unanswered', 'Discord did not wait for the answer'));
      return;
    }
    response.once('finish', resolve);
    response.once('close', () => reject(new PlatformError('unanswered', 'Discord hung up before the answer')));
    response.json(answer);
  });
}

function readBody(body: Buffer): APIInteraction | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  return isInteraction(value) ? value : null;
}

/** The fields every interaction has; the rest is Discord's word, which the signature vouches for. */
function isInteraction(value: unknown): value is APIInteraction {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'number') return false;
  if (value.type === InteractionType.Ping) return true;
  const isNamed = 'id' in value && typeof value.id === 'string' && 'token' in value && typeof value.token === 'string';
  const hasData = 'data' in value && typeof value.data === 'object' && value.data !== null;
  const hasUser = hasId('user' in value ? value.user : null) || hasMember('member' in value ? value.member : null);
  return isNamed && hasData && hasUser;
}

function hasMember(member: unknown): boolean {
  return typeof member === 'object' && member !== null && 'user' in member && hasId(member.user);
}

function hasId(user: unknown): boolean {
  return typeof user === 'object' && user !== null && 'id' in user && typeof user.id === 'string';
}

function bodyErrorStatus(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function sendError(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ error: { code, message } });
}
