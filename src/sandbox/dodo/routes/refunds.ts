import type { DisputeListResponse, RefundCreateParams, RefundListItem } from 'dodopayments/resources';
import { notFound } from '../errors.ts';
import { refundPayment } from '../refunds.ts';
import { newestFirst, param, type Route, readBody, readDate, within } from '../routing.ts';
import type { World } from '../world.ts';
import { createRefundBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/refunds and /disputes */
export function refundRoutes(world: World): Route[] {
  const { refunds, disputes } = world.store;
  return [
    {
      method: 'POST',
      path: '/refunds',
      handle: ({ body }) => {
        const params = readBody<RefundCreateParams>(createRefundBody, body);
        const amounts = params.items?.flatMap((item) => (typeof item.amount === 'number' ? [item.amount] : []));
        const amount = amounts?.length ? amounts.reduce((sum, one) => sum + one, 0) : undefined;
        const refund = refundPayment(world, params.payment_id, {
          ...(amount === undefined ? {} : { amountCents: amount }),
          ...(params.metadata === undefined ? {} : { metadata: params.metadata }),
          reason: params.reason ?? null,
        });
        return { status: 200, body: refund };
      },
    },
    {
      method: 'GET',
      path: '/refunds',
      handle: ({ query }) => {
        const from = readDate(query, 'created_at_gte');
        const to = readDate(query, 'created_at_lte');
        const matching = [...refunds.values()].filter(
          (refund) =>
            (query.customer_id === undefined || refund.customer.customer_id === query.customer_id) &&
            (query.status === undefined || refund.status === query.status) &&
            (query.subscription_id === undefined ||
              world.store.payments.get(refund.payment_id)?.subscription_id === query.subscription_id) &&
            within(refund.created_at, from, to),
        );
        const items = matching.map(
          ({ brand_id: _brand, customer: _customer, metadata: _metadata, ...item }): RefundListItem => item,
        );
        return { status: 200, body: newestFirst(items, query) };
      },
    },
    {
      method: 'GET',
      path: '/refunds/{refund_id}',
      handle: (request) => {
        const id = param(request, 'refund_id');
        const refund = refunds.get(id);
        if (refund === undefined) throw notFound('Refund', id);
        return { status: 200, body: refund };
      },
    },
    {
      method: 'GET',
      path: '/disputes',
      handle: ({ query }) => {
        const matching = [...disputes.values()].filter(
          (dispute) =>
            (query.customer_id === undefined || dispute.customer.customer_id === query.customer_id) &&
            (query.dispute_status === undefined || dispute.dispute_status === query.dispute_status) &&
            (query.dispute_stage === undefined || dispute.dispute_stage === query.dispute_stage),
        );
        const items = matching.map(
          ({
            brand_id: _brand,
            customer: _customer,
            reason: _reason,
            remarks: _remarks,
            ...item
          }): DisputeListResponse => item,
        );
        return { status: 200, body: newestFirst(items, query) };
      },
    },
    {
      method: 'GET',
      path: '/disputes/{dispute_id}',
      handle: (request) => {
        const id = param(request, 'dispute_id');
        const dispute = disputes.get(id);
        if (dispute === undefined) throw notFound('Dispute', id);
        return { status: 200, body: dispute };
      },
    },
  ];
}
