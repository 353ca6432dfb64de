import { z } from 'zod';
import type { ListedProduct, Mark, ProductParts, ProductSetup } from '../../../core/setup/setup.ts';
import { type PageQuery, readAllPages } from '../pages.ts';
import { id, metadata, optionalText } from '../shapes.ts';
import { productBody } from './product-body.ts';
import { productShape } from './product-shape.ts';
import { type SetupCalls, SHARE } from './setup-calls.ts';

const MARK = { entitlement: 'tallybot_entitlement', key: 'tallybot_key' } as const;

const priced = z.object({
  meters: z.array(z.object({ meter_id: id, credit_entitlement_id: optionalText })).nullish(),
});

const listed = z
  .object({ product_id: id, name: optionalText, metadata, price_detail: priced.nullish() })
  .transform((told): ListedProduct => {
    const { [MARK.entitlement]: entitlementId, [MARK.key]: key } = told.metadata;
    const isMarked = typeof entitlementId === 'string' && typeof key === 'string';
    return {
      id: told.product_id,
      name: told.name,
      mark: isMarked ? { entitlementId, key } : null,
      meters: (told.price_detail?.meters ?? []).map((meter) => ({
        meterId: meter.meter_id,
        takesFrom: meter.credit_entitlement_id,
      })),
    };
  });

const metadataOf = (mark: Mark) => ({ [MARK.entitlement]: mark.entitlementId, [MARK.key]: mark.key });

/** Archived ones are not told (https://docs.dodopayments.com/api-reference/products). Throws BillingError. */
export function listProducts({ client, calls }: SetupCalls): Promise<ListedProduct[]> {
  return readAllPages(calls, {
    name: 'list the products',
    share: SHARE,
    item: listed,
    send: (page: PageQuery) => client.products.list({ ...page, archived: false }),
  });
}

/** Throws BillingError. */
export function readProduct(
  { client, calls }: SetupCalls,
  productId: string,
  parts: ProductParts,
): Promise<ProductSetup> {
  return calls.read({
    name: 'read a product',
    share: SHARE,
    answer: productShape(parts),
    send: () => client.products.retrieve(productId),
  });
}

/** @returns its id. Throws BillingError. */
export async function createProduct(
  { client, calls }: SetupCalls,
  setup: ProductSetup,
  mark: Mark,
  parts: ProductParts,
): Promise<string> {
  const made = await calls.once({
    name: `create the product "${setup.name}"`,
    share: SHARE,
    answer: z.object({ product_id: id }),
    send: () =>
      client.products.create({
        ...productBody(setup, parts),
        tax_category: 'saas',
        metadata: metadataOf(mark),
      }),
  });
  return made.product_id;
}

/** What an operator may have set on a product that no setup tells of. */
const kept = z.object({
  metadata,
  price: z
    .object({
      discount: z.number().nullish(),
      discount_bps: z.number().nullish(),
      purchasing_power_parity: z.boolean().nullish(),
      tax_inclusive: z.boolean().nullish(),
    })
    .transform(({ discount_bps: points, ...price }) => ({
      discount: price.discount ?? 0,
      purchasing_power_parity: price.purchasing_power_parity ?? false,
      tax_inclusive: price.tax_inclusive ?? false,
      ...(points === null || points === undefined ? {} : { discount_bps: points }),
    })),
});

/**
 * Makes a product as a setup tells it. What a price has beside is read and sent along, since a price is replaced as a
 * whole, and so is the metadata. Throws BillingError.
 */
export async function updateProduct(
  { client, calls }: SetupCalls,
  productId: string,
  setup: ProductSetup,
  mark: Mark,
  parts: ProductParts,
): Promise<void> {
  const before = await calls.read({
    name: 'read a product',
    share: SHARE,
    answer: kept,
    send: () => client.products.retrieve(productId),
  });
  const { price, ...body } = productBody(setup, parts);
  await calls.once({
    name: `change the product "${setup.name}"`,
    share: SHARE,
    answer: z.unknown(),
    send: () =>
      client.products.update(productId, {
        ...body,
        price: { ...price, ...before.price },
        metadata: { ...before.metadata, ...metadataOf(mark) },
      }),
  });
}
