/** The parts of the vendor's OpenAPI document that the checks read and correct. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
  webhooks: Record<string, { post: { requestBody: { content: Content } } }>;
}

export interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

type Content = Record<string, { schema: Schema } | undefined>;

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Deviation {
  name: string;
  why: string;
  apply(document: OpenApiDocument): void;
}

function schema(document: OpenApiDocument, name: string): Schema {
  const found = document.components.schemas[name];
  if (found === undefined) throw new Error(`the document has no schema ${name}`);
  return found;
}

function addFields(document: OpenApiDocument, name: string, fields: Record<string, Schema>): void {
  const target = schema(document, name);
  target.properties = { ...target.properties, ...fields };
}

function numberOrString(document: OpenApiDocument, name: string, fields: string[]): void {
  const { properties = {} } = schema(document, name);
  for (const field of fields) {
    const property = properties[field];
    if (property === undefined) throw new Error(`the schema ${name} has no field ${field}`);
    const types = [property.type ?? []].flat();
    property.type = [...types, 'number'];
  }
}

function anyOfInstead(target: Schema): void {
  if (target.oneOf === undefined) throw new Error('expected a schema with oneOf');
  target.anyOf = target.oneOf;
  delete target.oneOf;
}

const CREDIT_EVENT_SCHEMAS = ['CreditLedgerEntryResponse', 'CreditBalanceLowPayload'];
const EVENT_SCHEMAS = ['SubscriptionResponse', 'PaymentResponse', 'RefundResponse', 'GetDisputeResponse'];

/** Where the document (1.113.0) is known to be wrong or behind the API and its SDK 2.52.0. */
export const KNOWN_DEVIATIONS: readonly Deviation[] = [
  {
    name: 'metadata-values-one-of',
    why: 'oneOf integer and number: taken literally every integer fails',
    apply(document) {
      for (const name of ['Metadata', 'EventMetadata']) {
        const values = schema(document, name).additionalProperties;
        if (typeof values !== 'object') throw new Error(`expected ${name} to describe its values`);
        anyOfInstead(values);
      }
    },
  },
  {
    name: 'balances-typed-string',
    why: 'live answers carry balance figures as JSON numbers',
    apply(document) {
      numberOrString(document, 'CustomerCreditBalanceResponse', ['balance', 'overage']);
      numberOrString(document, 'CustomerCreditEntitlementItem', ['balance', 'overage']);
      numberOrString(document, 'CreditEntitlementUsageStatus', ['balance', 'overage', 'remaining_headroom']);
      numberOrString(document, 'CreditEntitlementCartResponse', [
        'credits_amount',
        'remaining_balance',
        'overage_balance',
      ]);
    },
  },
  {
    name: 'ledger-create-response-lacks-metadata',
    why: 'the SDK has it since 2.48',
    apply: (document) =>
      addFields(document, 'CreateLedgerEntryResponse', { metadata: { $ref: '#/components/schemas/Metadata' } }),
  },
  {
    name: 'subscription-lacks-has-payment-method',
    why: 'the SDK has it since 2.48',
    apply(document) {
      for (const name of ['SubscriptionResponse', 'SubscriptionListResponseItem']) {
        addFields(document, name, { has_payment_method: { type: 'boolean' } });
      }
    },
  },
  {
    name: 'payments-lack-subscription-ids',
    why: 'the SDK has subscription_ids and is_multi_subscription since 2.52',
    apply(document) {
      for (const name of ['PaymentResponse', 'GetPaymentsListResponseItem']) {
        addFields(document, name, { subscription_ids: { type: 'array' }, is_multi_subscription: { type: 'boolean' } });
      }
    },
  },
  {
    name: 'past-due-missing',
    why: 'the SDK has the status past_due and its event since 2.48',
    apply: (document) => {
      schema(document, 'SubscriptionStatus').enum?.push('past_due');
      schema(document, 'EventType').enum?.push('subscription.past_due');
    },
  },
  {
    name: 'change-plan-200-without-body',
    why: 'the SDK reads a body since 2.48',
    apply(document) {
      const operation = document.paths['/subscriptions/{subscription_id}/change-plan']?.post;
      if (operation === undefined) throw new Error('the document has no change-plan');
      const text: Schema = { type: ['string', 'null'] };
      operation.responses['200'] = {
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: { payment_id: text, payment_link: text, client_secret: text, expires_on: text },
              additionalProperties: false,
            },
          },
        },
      };
    },
  },
  {
    name: 'dispute-webhooks-without-customer',
    why: 'the examples and OutgoingWebhookData carry the longer form',
    apply(document) {
      for (const [type, webhook] of Object.entries(document.webhooks)) {
        if (!type.startsWith('dispute.')) continue;
        const data = webhook.post.requestBody.content['application/json']?.schema.properties?.data;
        if (data === undefined) throw new Error(`the webhook ${type} has no data`);
        data.$ref = '#/components/schemas/GetDisputeResponse';
      }
    },
  },
  {
    name: 'payload-type-on-the-wire',
    why: "in every example's data, in no webhook's schema",
    apply(document) {
      for (const name of [...CREDIT_EVENT_SCHEMAS, ...EVENT_SCHEMAS]) {
        addFields(document, name, { payload_type: { type: 'string' } });
      }
    },
  },
];

/**
 * Statuses that operations answer with although the document lists them for a few only: "many GET by id list 200 and
 * 500 alone; the guides say 404", authentication, limits, faults, and a name that is taken.
 */
export const UNLISTED_STATUSES: ReadonlySet<number> = new Set([400, 401, 404, 409, 413, 422, 429, 500, 503]);
