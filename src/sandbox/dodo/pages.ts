import express, { type ErrorRequestHandler, type Response, type Router } from 'express';
import { type PurchaseResult, payableSession, paySession, readCart, totalCents } from './checkout.ts';
import { DodoApiError } from './errors.ts';
import { document, type Html, html, money } from './html.ts';
import type { SessionRecord } from './model.ts';
import { findPayment } from './payments.ts';
import { actInPortal, findPortal, type PortalAction } from './portal.ts';
import { portalPage } from './portal-page.ts';
import { basePrice } from './products.ts';
import type { World } from './world.ts';

/** The pages a buyer sees: the payable page of a checkout session, the customer portal, an invoice. */
export function createPages(world: World): Router {
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '16kb' });

  router.get('/checkout/:session', (request, response) => {
    show(response, 200, checkoutPage(world, payableSession(world, request.params.session), null));
  });
  router.post('/checkout/:session', form, (request, response) => {
    const session = payableSession(world, request.params.session);
    const fields: Record<string, unknown> = request.body ?? {};
    const email = textField(fields.email);
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
      show(response, 422, checkoutPage(world, session, 'Enter an e-mail address such as name@example.com.'));
      return;
    }
    const decline = fields.action === 'decline';
    const result = paySession(world, session.id, { email, name: textField(fields.name), decline });
    const target = returnUrl(session, result);
    if (target !== null) response.redirect(303, target);
    else if (decline) show(response, 402, checkoutPage(world, session, 'The card was declined. You can try again.'));
    else show(response, 200, document('Paid', html`<p role="status">Paid. You can close this page.</p>`));
  });
  router.get('/portal/:token', (request, response) => {
    show(response, 200, portalPage(world, findPortal(world, request.params.token)));
  });
  router.post('/portal/:token/subscriptions/:subscription', form, (request, response) => {
    const portal = findPortal(world, request.params.token);
    actInPortal(world, portal, request.params.subscription, readAction(request.body?.action));
    response.redirect(303, `/portal/${portal.token}`);
  });
  router.get('/invoices/payments/:payment', (request, response) => {
    const payment = findPayment(world, request.params.payment);
    const lines = html`<p>${payment.customer.name}, ${payment.customer.email}</p>
      <p>${payment.created_at}: ${money(payment.total_amount, payment.currency)}, ${payment.status ?? 'unpaid'}</p>`;
    show(response, 200, document(`Invoice ${payment.invoice_id ?? ''}`, lines));
  });
  router.use(errorPage());
  return router;
}

function checkoutPage(world: World, session: SessionRecord, problem: string | null): string {
  const lines = readCart(world, session.request.product_cart);
  const currency = lines[0]?.product.price.currency ?? 'USD';
  const known = world.store.customers.get(session.customerId ?? '');
  const given = session.request.customer;
  const prefilled = known ?? (given && 'email' in given ? given : undefined);
  const items: Html[] = lines.map(({ item, product }) => {
    const price = money(basePrice(product.price) * item.quantity, currency);
    const period =
      product.price.type === 'one_time_price' ? '' : ` every ${product.price.payment_frequency_interval.toLowerCase()}`;
    return html`<li>${product.name ?? product.product_id} × ${item.quantity}: ${price}${period}</li>`;
  });
  const body = html`<p>A simulated checkout: no money moves and no card is asked for.</p>
    <ul>${items}</ul>
    <p><strong>Total ${money(totalCents(lines), currency)}</strong></p>
    ${problem === null ? [] : html`<p role="alert">${problem}</p>`}
    <form method="post">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="email" required value="${prefilled?.email ?? ''}">
      <label for="name">Name</label>
      <input id="name" name="name" autocomplete="name" value="${prefilled?.name ?? ''}">
      <p>
        <button name="action" value="pay">Pay</button>
        <button name="action" value="decline">Decline the card</button>
      </p>
    </form>
    ${session.request.cancel_url ? html`<p><a href="${session.request.cancel_url}">Back</a></p>` : []}`;
  return document('Checkout', body);
}

/** Where the buyer goes, with the outcome in the query as the vendor adds it; receivers must not trust it. */
function returnUrl(session: SessionRecord, { payment, subscription, customer }: PurchaseResult): string | null {
  const wanted = session.request.return_url;
  if (!wanted || !URL.canParse(wanted)) return null;
  const url = new URL(wanted);
  if (subscription === null) {
    url.searchParams.set('payment_id', payment.payment_id);
    url.searchParams.set('status', payment.status ?? 'processing');
  } else {
    url.searchParams.set('subscription_id', subscription.subscription_id);
    url.searchParams.set('status', subscription.status);
  }
  url.searchParams.set('email', customer.email);
  return url.href;
}

function readAction(value: unknown): PortalAction {
  if (value === 'cancel' || value === 'resume' || value === 'cancel-now') return value;
  throw new DodoApiError(400, 'INVALID_REQUEST_PARAMETERS', 'expected the action cancel, resume or cancel-now');
}

function textField(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function show(response: Response, status: number, page: string): void {
  response.status(status).type('html').send(page);
}

function errorPage(): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (!(error instanceof DodoApiError) || response.headersSent) next(error);
    else show(response, error.status, document('Not possible', html`<p role="alert">${error.message}</p>`));
  };
}
