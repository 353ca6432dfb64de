import type { ErrorRequestHandler } from 'express';
import { failureText } from '../../core/chat/failure-text.ts';
import type { Log } from '../../core/log.ts';
import { send } from './gate.ts';
import { html } from './html.ts';
import { type Frame, plainPage } from './layout.ts';

/** What went wrong below `/account`, told as a page; other paths' errors are left to others. */
export function createErrorPages(frame: Frame, log: Log): ErrorRequestHandler {
  return (error, { method, path }, response, next) => {
    if (response.headersSent || !path.startsWith('/account')) return next(error);
    // Body parsers mark their errors with a status (http-errors).
    const status = Number((error as { status?: unknown }).status);
    const isTheirs = status >= 400 && status < 500;
    if (!isTheirs) log.error({ err: error, method, path }, 'the account page failed');
    const text = isTheirs ? 'This request cannot be read.' : failureText(error);
    const page = plainPage(
      frame,
      'That did not work',
      html`<p role="alert">${text}</p><p><a class="button" href="${frame.base}/account">Back to your account</a></p>`,
    );
    send(response, isTheirs ? status : 502, page);
  };
}
