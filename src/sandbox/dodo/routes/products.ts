import type { Product, ProductCreateParams, ProductListResponse, ProductUpdateParams } from 'dodopayments/resources';
import { DodoApiError } from '../errors.ts';
import { basePrice, createProduct, findProduct, updateProduct } from '../products.ts';
import { newestFirst, param, type Route, readBody, readFlag } from '../routing.ts';
import type { World } from '../world.ts';
import { createProductBody, updateProductBody } from './schemas.ts';

/** https://docs.dodopayments.com/api-reference/products */
export function productRoutes(world: World): Route[] {
  const { products } = world.store;
  return [
    {
      method: 'POST',
      path: '/products',
      handle: ({ body }) => ({
        status: 200,
        body: createProduct(world, readBody<ProductCreateParams>(createProductBody, body)),
      }),
    },
    {
      method: 'GET',
      path: '/products',
      handle: ({ query }) => {
        const archived = readFlag(query, 'archived') ?? false;
        const recurring = readFlag(query, 'recurring');
        const matching = [...products.values()]
          .filter((record) => record.archived === archived)
          .map((record) => record.resource)
          .filter((product) => recurring === undefined || product.is_recurring === recurring)
          .filter((product) => query.brand_id === undefined || product.brand_id === query.brand_id);
        return { status: 200, body: newestFirst(matching.map(listItem), query) };
      },
    },
    {
      method: 'GET',
      path: '/products/{id}',
      handle: (request) => ({ status: 200, body: findProduct(world, param(request, 'id')) }),
    },
    {
      method: 'PATCH',
      path: '/products/{id}',
      handle: (request) => {
        updateProduct(world, param(request, 'id'), readBody<ProductUpdateParams>(updateProductBody, request.body));
        return { status: 200 };
      },
    },
    {
      method: 'DELETE',
      path: '/products/{id}',
      handle: (request) => {
        const id = param(request, 'id');
        const resource = findProduct(world, id);
        if (products.get(id)?.archived) throw new DodoApiError(410, 'PRODUCT_IS_DELETED', `Product ${id} is archived`);
        products.set(id, { resource, archived: true });
        return { status: 200 };
      },
    },
    {
      method: 'POST',
      path: '/products/{id}/unarchive',
      handle: (request) => {
        const record = products.get(param(request, 'id'));
        // The API reference knows only 200 and 500 here.
        if (!record?.archived) throw new DodoApiError(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong :(');
        record.archived = false;
        return { status: 200 };
      },
    },
  ];
}

function listItem(product: Product): ProductListResponse {
  return {
    product_id: product.product_id,
    business_id: product.business_id,
    name: product.name ?? null,
    description: product.description ?? null,
    image: null,
    is_recurring: product.is_recurring,
    tax_category: product.tax_category,
    metadata: product.metadata,
    entitlements: product.entitlements,
    currency: product.price.currency,
    price: basePrice(product.price),
    price_detail: product.price,
    tax_inclusive: product.price.tax_inclusive ?? null,
    created_at: product.created_at,
    updated_at: product.updated_at,
  };
}
