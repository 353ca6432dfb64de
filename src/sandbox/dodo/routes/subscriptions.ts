import type {
  SubscriptionChangePlanParams,
  SubscriptionRetrieveCreditUsageResponse,
  SubscriptionRetrieveUsageHistoryResponse,
  SubscriptionUpdateParams,
} from 'dodopayments/resources';
import { formatAmount, parseAmount } from '../amount.ts';
import { isoTime } from '../clock.ts';
import { notFound } from '../errors.ts';
import { figure } from '../figures.ts';
import { overageTerms } from '../metering.ts';
import type { SubscriptionRecord } from '../model.ts';
import { changePlan, previewPlanChange } from '../plan-change.ts';
import { type ApiRequest, newestFirst, param, type Route, readBody, readDate, readFlag, within } from '../routing.ts';
import { emitSubscription, subscriptionListItem, subscriptionView } from '../subscription-state.ts';
import { updateSubscription } from '../subscription-update.ts';
import { findSubscription } from '../subscriptions.ts';
import type { World } from '../world.ts';
import { changePlanBody, updateSubscriptionBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/subscriptions */
export function subscriptionRoutes(world: World): Route[] {
  const asked = (request: ApiRequest) => findSubscription(world, param(request, 'subscription_id'));
  return [
    {
      method: 'GET',
      path: '/subscriptions',
      handle: ({ query }) => {
        const matching = [...world.store.subscriptions.values()].filter((record) => matches(record, query));
        return {
          status: 200,
          body: newestFirst(
            matching.map((record) => subscriptionListItem(world, record)),
            query,
          ),
        };
      },
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscription_id}',
      handle: (request) => ({ status: 200, body: subscriptionView(world, asked(request)) }),
    },
    {
      method: 'PATCH',
      path: '/subscriptions/{subscription_id}',
      handle: (request) => {
        const record = asked(request);
        updateSubscription(world, record, readBody<SubscriptionUpdateParams>(updateSubscriptionBody, request.body));
        return { status: 200, body: subscriptionView(world, record) };
      },
    },
    {
      method: 'POST',
      path: '/subscriptions/{subscription_id}/change-plan',
      handle: (request) => {
        const params = readBody<SubscriptionChangePlanParams>(changePlanBody, request.body);
        const payment = changePlan(world, asked(request), params);
        return { status: 200, body: { payment_id: payment?.payment_id ?? null } };
      },
    },
    {
      method: 'POST',
      path: '/subscriptions/{subscription_id}/change-plan/preview',
      handle: (request) => {
        const params = readBody<SubscriptionChangePlanParams>(changePlanBody, request.body);
        return { status: 200, body: previewPlanChange(world, asked(request), params) };
      },
    },
    {
      method: 'DELETE',
      path: '/subscriptions/{subscription_id}/change-plan/scheduled',
      handle: (request) => {
        const record = asked(request);
        if (!record.resource.scheduled_change)
          throw notFound('Scheduled plan change of', record.resource.subscription_id);
        record.resource.scheduled_change = null;
        emitSubscription(world, 'subscription.updated', record);
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscription_id}/credit-usage',
      handle: (request) => ({ status: 200, body: creditUsage(world, asked(request)) }),
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscription_id}/usage-history',
      handle: (request) => {
        const from = readDate(request.query, 'start_date');
        const to = readDate(request.query, 'end_date');
        const items = usageHistory(asked(request), request.query.meter_id).filter((item) =>
          within(item.start_date, from, to),
        );
        return { status: 200, body: newestFirst(items, request.query) };
      },
    },
  ];
}

function matches({ resource }: SubscriptionRecord, query: ApiRequest['query']): boolean {
  const ending = readFlag(query, 'cancel_at_next_billing_date');
  return (
    (query.customer_id === undefined || resource.customer.customer_id === query.customer_id) &&
    (query.status === undefined || resource.status === query.status) &&
    (query.product_id === undefined || resource.product_id === query.product_id) &&
    (query.brand_id === undefined || resource.brand_id === query.brand_id) &&
    (ending === undefined || resource.cancel_at_next_billing_date === ending) &&
    within(resource.created_at, readDate(query, 'created_at_gte'), readDate(query, 'created_at_lte'))
  );
}

function creditUsage(world: World, record: SubscriptionRecord): SubscriptionRetrieveCreditUsageResponse {
  const { resource } = record;
  return {
    subscription_id: resource.subscription_id,
    items: resource.credit_entitlement_cart.map((cart) => {
      const wallet = world.store.wallet(resource.customer.customer_id, cart.credit_entitlement_id);
      const overage = wallet?.overage ?? 0n;
      const terms = overageTerms(record, cart.credit_entitlement_id);
      const room = terms.limit === null ? null : terms.limit - overage;
      return {
        credit_entitlement_id: cart.credit_entitlement_id,
        credit_entitlement_name: cart.credit_entitlement_name,
        unit: cart.unit,
        balance: figure(world, formatAmount(wallet?.balance ?? 0n)),
        overage: figure(world, formatAmount(overage)),
        overage_enabled: terms.enabled,
        overage_limit: cart.overage_limit ?? null,
        remaining_headroom: room === null ? null : figure(world, formatAmount(room > 0n ? room : 0n)),
        limit_reached: terms.enabled && room !== null && room <= 0n,
      };
    }),
  };
}

function usageHistory(
  { resource, periods }: SubscriptionRecord,
  meterId: string | undefined,
): SubscriptionRetrieveUsageHistoryResponse[] {
  return periods.map((period) => ({
    start_date: isoTime(period.start),
    end_date: isoTime(period.end),
    meters: resource.meters
      .filter((meter) => meterId === undefined || meter.meter_id === meterId)
      .map((meter) => ({
        id: meter.meter_id,
        name: meter.name,
        consumed_units: formatAmount(period.units.get(meter.meter_id) ?? parseAmount('0')),
        // Usage that is billed in credits has no price in money.
        chargeable_units: '0',
        free_threshold: meter.free_threshold,
        price_per_unit: '0',
        total_price: 0,
        currency: meter.currency,
      })),
  }));
}
