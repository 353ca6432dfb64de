import express, { type Router } from 'express';
import { type AccountDoor, LINK_LIFE, type LinkFault, OPEN_PATH } from '../../core/account-page/door.ts';
import type { PageCookie } from './cookies.ts';
import { textField } from './fields.ts';
import { type Gate, send } from './gate.ts';
import type { Frame } from './layout.ts';
import { faultPage, openPage, refusedPage } from './open-page.ts';
import type { OurForms } from './our-form.ts';

const STATUS: Readonly<Record<LinkFault, number>> = { bad: 400, expired: 410, spent: 410 };

export interface LinkRoutesDeps {
  door: AccountDoor;
  forms: OurForms;
  gate: Gate;
  frame: Frame;
  /** Ties the form behind a link to the browser that it was shown in. */
  visitCookie: PageCookie;
  newKey(): string;
}

/** What a link from chat leads to. Only the post of its page spends it. Bodies are parsed before. */
export function createLinkRoutes({ door, forms, gate, frame, visitCookie, newKey }: LinkRoutesDeps): Router {
  const router = express.Router();
  router.get(OPEN_PATH, (request, response) => {
    const ticket = typeof request.query.ticket === 'string' ? request.query.ticket : '';
    const fault = door.look(ticket);
    if (fault !== null) return send(response, STATUS[fault], faultPage(frame, fault));
    const visit = newKey();
    visitCookie.set(response, visit, LINK_LIFE);
    send(response, 200, openPage(frame, ticket, forms.tokenFor(visit)));
  });
  router.post(OPEN_PATH, async (request, response) => {
    const visit = visitCookie.read(request);
    if (visit === null || !forms.isOurs(request, visit)) return send(response, 403, refusedPage(frame));
    const opened = await door.open(textField(request, 'ticket'));
    if (opened.kind === 'refused') return send(response, STATUS[opened.why], faultPage(frame, opened.why));
    visitCookie.clear(response);
    gate.letIn(response, opened.key);
    response.redirect(303, `${frame.base}/account`);
  });
  return router;
}
