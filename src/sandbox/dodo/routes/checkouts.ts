import type {
  CheckoutSessionCreateParams,
  CheckoutSessionResponse,
  CheckoutSessionStatus,
} from 'dodopayments/resources';
import { createSession } from '../checkout.ts';
import { isoTime } from '../clock.ts';
import { notFound } from '../errors.ts';
import { param, type Route, readBody } from '../routing.ts';
import type { World } from '../world.ts';
import { createSessionBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/checkout-sessions */
export function checkoutRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/checkouts',
      handle: ({ body }) => {
        const session = createSession(world, readBody<CheckoutSessionCreateParams>(createSessionBody, body));
        const reply: CheckoutSessionResponse = {
          session_id: session.id,
          checkout_url: `${world.baseUrl()}/checkout/${session.id}`,
        };
        return { status: 200, body: reply };
      },
    },
    {
      method: 'GET',
      path: '/checkouts/{id}',
      handle: (request) => {
        const id = param(request, 'id');
        const session = world.store.sessions.get(id);
        if (session === undefined) throw notFound('Checkout session', id);
        const customer = world.store.customers.get(session.customerId ?? '');
        const payment = world.store.payments.get(session.paymentId ?? '');
        const given = session.request.customer;
        const named = given && 'email' in given ? given : null;
        const reply: CheckoutSessionStatus = {
          id,
          created_at: isoTime(session.createdAt),
          customer_email: customer?.email ?? named?.email ?? null,
          customer_name: customer?.name ?? named?.name ?? null,
          payment_id: payment?.payment_id ?? null,
          payment_status: payment?.status ?? null,
        };
        return { status: 200, body: reply };
      },
    },
  ];
}
