import type { PaymentRetrieveLineItemsResponse } from 'dodopayments/resources';
import { findPayment, paymentListItem } from '../payments.ts';
import { newestFirst, param, type Route, readDate, within } from '../routing.ts';
import type { World } from '../world.ts';

/** https://docs.dodopayments.com/api-reference/payments */
export function paymentRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: '/payments',
      handle: ({ query }) => {
        const from = readDate(query, 'created_at_gte');
        const to = readDate(query, 'created_at_lte');
        const equal = (wanted: string | undefined, actual: string | null | undefined) =>
          wanted === undefined || wanted === actual;
        const matching = [...world.store.payments.values()].filter(
          (payment) =>
            equal(query.customer_id, payment.customer.customer_id) &&
            equal(query.subscription_id, payment.subscription_id) &&
            equal(query.status, payment.status) &&
            equal(query.brand_id, payment.brand_id) &&
            equal(query.currency, payment.currency) &&
            (query.product_id === undefined ||
              (payment.product_cart ?? []).some((item) => item.product_id === query.product_id)) &&
            within(payment.created_at, from, to),
        );
        return { status: 200, body: newestFirst(matching.map(paymentListItem), query) };
      },
    },
    {
      method: 'GET',
      path: '/payments/{payment_id}',
      handle: (request) => ({ status: 200, body: findPayment(world, param(request, 'payment_id')) }),
    },
    {
      method: 'GET',
      path: '/payments/{payment_id}/line-items',
      handle: (request) => {
        const payment = findPayment(world, param(request, 'payment_id'));
        const refunded = payment.refunds.reduce((sum, refund) => sum + (refund.amount ?? 0), 0);
        const body: PaymentRetrieveLineItemsResponse = {
          currency: payment.currency,
          items: [
            {
              items_id: `item_${payment.payment_id}`,
              amount: payment.total_amount,
              refundable_amount: payment.total_amount - refunded,
              tax: 0,
              name: null,
              description: null,
            },
          ],
        };
        return { status: 200, body };
      },
    },
  ];
}
